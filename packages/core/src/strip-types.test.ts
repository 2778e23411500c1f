import { describe, expect, test } from 'vitest'
import { type StrippedModule, stripTypes, stripTypesSync } from './strip-types.ts'

describe.each<[string, (source: string) => Promise<StrippedModule>]>([
  ['stripTypes', async source => (await stripTypes([source]))[0]!],
  ['stripTypesSync', async source => stripTypesSync(source)],
])('%s', (_, strip) => {
  test('keeps the line and column of everything but types', async () => {
    const source = `interface A { b: string }\nconst a: A = { b: 'é😀' } as const; throw new Error(a.b)\n`
    const { code } = (await strip(source)) as { code: string }
    expect(code).not.toContain('interface')
    expect(code.indexOf('throw')).toBe(source.indexOf('throw'))
    expect(code.split('\n')).toHaveLength(source.split('\n').length)
  })

  test.each([
    ['an enum', 'enum A { B }', /enum/],
    ['a parameter property', 'class A { constructor(private b: string) {} }', /parameter property/],
    ['a syntax error', 'const a = {', /./],
  ])('reports %s', async (_name, source, message) => {
    expect(await strip(source)).toEqual({ message: expect.stringMatching(message), stack: expect.any(String) })
  })
})

test('stripTypes keeps the order of its modules', async () => {
  expect(await stripTypes(['let a: 1', 'enum B {}', 'let c: 3'])).toMatchObject([
    { code: expect.stringMatching(/^let a {3}$/) },
    { message: expect.any(String) },
    { code: expect.stringMatching(/^let c {3}$/) },
  ])
  expect(await stripTypes([])).toEqual([])
})

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '..')
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')

test('every test that docs/security.md names exists', () => {
  const named = [...read('docs/security.md').matchAll(/`([\w./-]+\.test\.ts)`/g)].map(([, path]) => path!)
  expect(named.length).toBeGreaterThan(40)
  expect(named.filter(path => !existsSync(join(ROOT, 'packages', path)))).toEqual([])
})

describe.each(['session', 'security'])('the README of @arlen/%s', name => {
  const codes = [...read(`packages/${name}/src/errors.ts`).matchAll(/^ {2}(\w+): \{/gm)].map(([, code]) => code!)
  const readme = read(`packages/${name}/README.md`)

  test('names every error, and none that does not exist', () => {
    expect(codes.filter(code => !readme.includes(`\`${code}\``))).toEqual([])
    const table = readme.slice(readme.indexOf('## Errors'))
    const described = [...table.matchAll(/^\| (`.*?) \|/gm)].flatMap(([, cell]) => [...cell!.matchAll(/`(\w+)`/g)])
    expect(described.map(([, code]) => code!).toSorted()).toEqual(codes.toSorted())
  })
})

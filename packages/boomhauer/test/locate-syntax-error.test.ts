import { expect, test } from 'vitest'
import { locateSyntaxError, syntaxHint } from '../src/child/locate-syntax-error.ts'
import { TestFolder } from './support.ts'

const GOOD = Object.fromEntries(
  Array.from({ length: 30 }, (_, index) => [`lib/${index}.ts`, 'export const a: number = 1\n']),
)
const DECORATED = 'const sealed = (target: unknown) => target\n@sealed\nexport class A {}\n'
const NAMES = Object.keys(GOOD)

test.each([
  ['the first', ['broken.ts', ...NAMES]],
  ['one in the middle', [...NAMES.slice(0, 15), 'broken.ts', ...NAMES.slice(15)]],
  ['the last', [...NAMES, 'broken.ts']],
])('the broken module is found among many: %s', (_, names) => {
  const folder = new TestFolder({ ...GOOD, 'broken.ts': DECORATED })
  const at = locateSyntaxError(
    new SyntaxError('Invalid or unexpected token'),
    names.map(name => folder.path(name)),
  )
  expect(at).toEqual({ file: folder.path('broken.ts'), line: 2, column: 1 })
  expect(syntaxHint(at!)).toContain('decorators')
})

test('of several broken modules, it is the one that the message is about', () => {
  const folder = new TestFolder({ 'one.ts': DECORATED, 'two.ts': 'let a = 1\nlet a = 2\n' })
  const files = [folder.path('one.ts'), folder.path('two.ts'), folder.path('deleted.ts')]
  const locate = (message: string) => locateSyntaxError(new SyntaxError(message), files)
  expect(locate("Identifier 'a' has already been declared")).toMatchObject({ file: files[1], line: 2, column: 5 })
  expect(locate('Invalid or unexpected token')).toMatchObject({ file: files[0] })
})

test('modules that compile have no place and no hint', () => {
  const folder = new TestFolder(GOOD)
  const files = NAMES.map(name => folder.path(name))
  expect(locateSyntaxError(new SyntaxError('Unexpected end of input'), files)).toBeUndefined()
  expect(syntaxHint({ file: files[0]!, line: 1, column: 1 })).toBeUndefined()
})

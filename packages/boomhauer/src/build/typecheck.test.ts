import { expect, test } from 'vitest'
import { ownFirst, parseTscOutput } from './typecheck.ts'

test('reads errors with their places, and further lines of their messages', () => {
  const output = `src/a.ts(3,7): error TS2322: Type 'string' is not assignable to type 'Item'.
  Types of property 'x' are incompatible.
    Deeper.
src/b (copy).ts(10,1): error TS1005: ';' expected.
error TS5023: Unknown compiler option 'nope'.

Found 3 errors.
`
  expect(parseTscOutput(output)).toEqual([
    {
      stage: 'typecheck',
      severity: 'error',
      code: 'TS2322',
      message: `Type 'string' is not assignable to type 'Item'.\n  Types of property 'x' are incompatible.\n    Deeper.`,
      file: 'src/a.ts',
      line: 3,
      column: 7,
    },
    {
      stage: 'typecheck',
      severity: 'error',
      code: 'TS1005',
      message: "';' expected.",
      file: 'src/b (copy).ts',
      line: 10,
      column: 1,
    },
    { stage: 'typecheck', severity: 'error', code: 'TS5023', message: "Unknown compiler option 'nope'." },
  ])
})

test('reads nothing in other words', () => {
  expect(parseTscOutput('all is well\n  indented\n')).toEqual([])
})

test('errors in the application come before those in files outside its folder, each in the order of the compiler', () => {
  const places = ['../lib/a.ts', '/usr/lib/b.ts', 'node_modules/x/c.d.ts', 'src/d.ts', '..e.ts', undefined, 'app.ts']
  const errors = places.map(
    file => ({ stage: 'typecheck', severity: 'error', message: 'no', ...(file && { file }) }) as const,
  )
  expect(ownFirst(errors).map(({ file }) => file)).toEqual([
    'src/d.ts',
    '..e.ts',
    undefined,
    'app.ts',
    '../lib/a.ts',
    '/usr/lib/b.ts',
    'node_modules/x/c.d.ts',
  ])
})

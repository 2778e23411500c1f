import { expect, test } from 'vitest'
import { mapStack, parseStack, parseSyntaxErrorHeader } from './stack.ts'

const STACK = `TypeError: broken
    at inner (file:///app/src/a.ts:2:47)
    at async Shop.total (/app/src/b (copy).ts:30:5)
    at new Cart (file:///app/src/with%20space.ts:1:2)
    at Object.<anonymous> [as handler] (/app/src/c.ts:4:6)
    at <anonymous> (/app/src/d.ts:1:1)
    at /app/src/e.ts:5:9
    at async file:///app/src/f.ts:6:1
    at async Promise.all (index 0)
    at parse (<anonymous>)
    at node:internal/modules/esm/loader:639:32
    at eval (eval at make (file:///app/src/g.ts:7:3), <anonymous>:1:1)
    at render (/app/templates/users/show.html.ets:3:5)`

test('reads every form of frame that V8 writes', () => {
  expect(parseStack(STACK, 'broken').map(f => [f.function, f.file, f.line, f.column, f.async])).toEqual([
    ['inner', '/app/src/a.ts', 2, 47, false],
    ['Shop.total', '/app/src/b (copy).ts', 30, 5, true],
    ['new Cart', '/app/src/with space.ts', 1, 2, false],
    ['Object.<anonymous> [as handler]', '/app/src/c.ts', 4, 6, false],
    [undefined, '/app/src/d.ts', 1, 1, false],
    [undefined, '/app/src/e.ts', 5, 9, false],
    [undefined, '/app/src/f.ts', 6, 1, true],
    ['parse', '<anonymous>', 0, 0, false],
    [undefined, 'node:internal/modules/esm/loader', 639, 32, false],
    ['eval', '/app/src/g.ts', 7, 3, false],
    ['render', '/app/templates/users/show.html.ets', 3, 5, false],
  ])
})

test('takes no frames from a message that looks like a stack', () => {
  const message = 'first\n    at fake (/app/fake.ts:1:1)'
  expect(parseStack(`Error: ${message}\n    at real (/app/real.ts:2:2)`, message).map(f => f.file)).toEqual([
    '/app/real.ts',
  ])
})

test('gives no frames for what is not a stack', () => {
  expect(parseStack('')).toEqual([])
  expect(parseStack('at home')).toEqual([])
})

test('cuts the query of a cache-busted module off', () => {
  expect(parseStack('Error\n    at f (file:///app/a.ts?v=3:2:1)')[0]).toMatchObject({ file: '/app/a.ts', line: 2 })
})

test('reads the position above an error of syntax, with the column of its caret', () => {
  expect(
    parseSyntaxErrorHeader('file:///app/a.ts:2\nconst a = 1\nenum B {}\n^^^^^^^^^\nexport {}\n\nSyntaxError: no'),
  ).toEqual({
    file: '/app/a.ts',
    line: 2,
    column: 1,
  })
  expect(parseSyntaxErrorHeader('/app/a.js:3\n  x = = 1\n      ^\n\nSyntaxError: no')).toEqual({
    file: '/app/a.js',
    line: 3,
    column: 7,
  })
  expect(parseSyntaxErrorHeader('file:///app/a.ts:3\n  if (x) {\n\nSyntaxError: eof')).toEqual({
    file: '/app/a.ts',
    line: 3,
  })
})

test('sees no header in an ordinary message', () => {
  expect(parseSyntaxErrorHeader('Error: at 12:30')).toBeUndefined()
  expect(parseSyntaxErrorHeader('Error: /app/a.ts:3')).toBeUndefined()
  expect(parseSyntaxErrorHeader('')).toBeUndefined()
})

test('frames can be given another place', () => {
  const mapped = mapStack(STACK, ({ file }) =>
    file === '/app/src/b (copy).ts' || file === '/app/src/e.ts' || file.endsWith('.ets')
      ? { file: `/mapped${file}`, line: 1, column: 2 }
      : undefined,
  )
  const lines = mapped.split('\n')
  expect(lines.filter((line, i) => line !== STACK.split('\n')[i])).toEqual([
    '    at async Shop.total (/mapped/app/src/b (copy).ts:1:2)',
    '    at /mapped/app/src/e.ts:1:2',
    '    at render (/mapped/app/templates/users/show.html.ets:1:2)',
  ])
  expect(lines).toHaveLength(STACK.split('\n').length)
})

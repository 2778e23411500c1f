import { expect, test } from 'vitest'
import { findTopLevel } from './find-await.ts'

test.each([
  'const a = ¦await b',
  'const f = async () => { await a }\n¦await f()',
  'const f = async () => await a\n¦await f()',
  'async function f() {\n  await 1\n}\nclass A { async b() { await 2 } }\nif (x) {\n  ¦await f()\n}',
  '// await a\nfor ¦await (const a of b) {}',
  'const a = { b: 1, async c() { await d } }\nexport const e = ¦await a.c()',
])('in %j', marked => {
  const lines = marked.slice(0, marked.indexOf('¦')).split('\n')
  expect(findTopLevel('await', marked.replace('¦', ''))).toEqual({
    line: lines.length,
    column: lines.at(-1)!.length + 1,
  })
})

test('none in functions', () => {
  expect(findTopLevel('await', 'export async function f() { await 1 }\nconst await_ = 1')).toBeUndefined()
})

test('a throw outside of functions is found, too', () => {
  expect(findTopLevel('throw', "function f() { throw 1 }\nif (true) {\n  throw 'text'\n}\n")).toEqual({
    line: 3,
    column: 3,
  })
  expect(findTopLevel('throw', 'const f = () => { throw 1 }\nf()\n')).toBeUndefined()
})

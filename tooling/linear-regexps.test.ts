import { expect, test } from 'vitest'
import { findSuperlinear } from './lint/linear-regexps.ts'

test.each([
  [String.raw`text.split(/[ \t]*,[ \t]*/)`, 'quadratic'],
  [String.raw`/^(\s*)(\w+)(:\s*)(.+)$/m`, 'quadratic'],
  [String.raw`/^\d[\d-]*[_-].+$/`, 'quadratic'],
  ['/[?#].*$/', 'quadratic'],
  ['/(?:a+)+$/', 'exponential'],
  [String.raw`new RegExp('\\s+$')`, 'quadratic'],
  ['RegExp(String.raw`\\s+$`, "g")', 'quadratic'],
  ['RegExp(`[ \\t]+$`)', 'quadratic'],
])('lint refuses %s', (code, time) => {
  expect(findSuperlinear('x.ts', `// a line\nexport const x: unknown = ${code}`)).toMatchObject([
    { line: 2, reason: expect.stringContaining(time) },
  ])
})

test.each([
  String.raw`/^[ \t]*,/`,
  String.raw`/^\s*(\w+)\s*$/`,
  '/"[^"]*"/g',
  String.raw`/[ \t]+/g`,
  String.raw`/(?<!\\)\\*"/g`,
  String.raw`new RegExp('^\\s+$')`,
  '" /a+a+$/ "',
])('lint takes %s', code => {
  expect(findSuperlinear('x.ts', `export const x: unknown = ${code}`)).toEqual([])
})

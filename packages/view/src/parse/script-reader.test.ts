import { expect, test } from 'vitest'
import { ScriptReader } from './script-reader.ts'

const OPEN = '\u0024{'

/** Whether the mark is in a string. The code is read in pieces of any length. */
function isInString(code: string, length = code.length): boolean {
  const reader = new ScriptReader()
  const before = code.split('§')[0]!
  for (let at = 0; at < before.length; at += length) reader.read(before.slice(at, at + length))
  return reader.isInString
}

test.each([
  'let a = "§"',
  `f('a §')`,
  'let a = `b §`',
  `let a = \`${OPEN}b} §\``,
  `let a = \`${OPEN} { c: \`d\` } } §\``,
  String.raw`let a = "\"§"`,
  'a = b / c / "§"',
  'f(/"/, "§")',
  '/* it\'s */ let a = "§"',
  '// it\'s\nlet a = "§"',
])('%s is in a string', code => {
  expect(isInString(code)).toBe(true)
  expect(isInString(code, 7)).toBe(true)
})

test.each([
  'let a = §',
  `let a = "b", c = §`,
  String.raw`let a = "\\", c = §`,
  `let a = \`${OPEN}§}\``,
  'let a = `b`; f(§)',
  'let a = /"/; f(§)',
  'let a = /[/"]/; f(§)',
  "return /'/.test(§)",
  "// it's\nf(§)",
  '/* " */ f(§)',
  'let a = "an unclosed one\nf(§)',
  'a = 1 / 2; f(§)',
])('%s is not in a string', code => {
  expect(isInString(code)).toBe(false)
  expect(isInString(code, 7)).toBe(false)
})

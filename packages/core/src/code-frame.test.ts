import { expect, test } from 'vitest'
import { codeFrame, offsetOfCharacter, parseCodeFrame, positionAt } from './code-frame.ts'

const SOURCE = ['one', 'two', '\tthree(x)', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'].join('\n')

test('shows the line, its neighbors and a caret under the column', () => {
  expect(codeFrame(SOURCE, 2, 3, { before: 1, after: 1 })).toBe(
    ['  1 | one', '> 2 | two', '    |   ^', '  3 | \tthree(x)'].join('\n'),
  )
})

test('keeps tabs before the caret, so that it stands under its column', () => {
  expect(codeFrame(SOURCE, 3, 8, { before: 0, after: 0 })).toBe(['> 3 | \tthree(x)', '    | \t      ^'].join('\n'))
})

// What stands before the X, and how many columns of a terminal it takes.
test.each([
  ['three emoji', '😀😀😀', 6],
  ['a family of emoji, joined', '👨‍👩‍👧‍👦', 2],
  ['a flag', '🇪🇺', 2],
  ['a skin tone', '👍🏽', 2],
  ['a heart that is a picture', '❤️', 2],
  ['a key cap', '1️⃣', 2],
  ['digits and signs', '12#*', 4],
  ['Chinese', '中文字', 6],
  ['Japanese', 'カナかな', 8],
  ['half-width Japanese', 'ｶﾅ', 2],
  ['Korean', '한국어', 6],
  ['full-width Latin', 'ＡＢ', 4],
  ['a combining accent', 'e\u0301', 1],
  ['a zero-width space', 'a\u200bb', 2],
  ['Greek, Cyrillic, accents', 'αβЯé', 4],
  ['a supplementary character that is not wide', '𝒳', 1],
])('the caret stands in the right column after %s', (_, before, columns) => {
  const [, caret] = codeFrame(`${before}X`, 1, before.length + 1).split('\n')
  expect(caret).toBe(`    | ${' '.repeat(columns)}^`)
})

test('a tab among wide characters stays a tab', () => {
  const [, caret] = codeFrame('中\t中X', 1, 4).split('\n')
  expect(caret).toBe('    |   \t  ^')
})

test('a long line is not cut in the middle of a character', () => {
  for (const shift of ['', 'a']) {
    const frame = codeFrame(`${shift}${'😀'.repeat(300)}BUG${'😀'.repeat(300)}`, 1, shift.length + 601, { width: 20 })
    const [line, caret] = frame.split('\n')
    expect(line!.isWellFormed()).toBe(true)
    const shown = line!.slice(line!.indexOf('…') + 1, line!.indexOf('BUG'))
    expect(caret).toBe(`    | ${' '.repeat(1 + shown.length)}^`)
  }
})

test('aligns line numbers of different length and stops at the ends', () => {
  expect(codeFrame(SOURCE, 10)).toBe(['   7 | seven', '   8 | eight', '   9 | nine', '> 10 | ten'].join('\n'))
})

test('lets the caret stand behind the end of a line', () => {
  expect(codeFrame('ab', 1, 3)).toBe(['> 1 | ab', '    |   ^'].join('\n'))
})

test('shows the part of a long line around the column', () => {
  const frame = codeFrame(`${'a'.repeat(500)}BUG${'b'.repeat(500)}`, 1, 501, { width: 20 })
  const [line, caret] = frame.split('\n')
  expect(line).toBe(`> 1 | …${'a'.repeat(9)}BUG${'b'.repeat(8)}…`)
  expect(line![caret!.indexOf('^')]).toBe('B')
})

test('is empty for a line that is not there', () => {
  expect(codeFrame(SOURCE, 11, 1)).toBe('')
  expect(codeFrame(SOURCE, 0, 1)).toBe('')
})

test('counts lines as Windows and old Macs end them', () => {
  expect(codeFrame('a\r\nb\rc', 3, 1, { before: 0 })).toBe(['> 3 | c', '    | ^'].join('\n'))
})

test('is read back', () => {
  expect(parseCodeFrame(codeFrame(SOURCE, 3, 8, { before: 1, after: 1 }))).toEqual([
    { number: 2, text: 'two', marked: false },
    { number: 3, text: '\tthree(x)', marked: true, indent: '\t      ' },
    { number: 4, text: 'four', marked: false },
  ])
  expect(parseCodeFrame(codeFrame('a\n\nb', 2))).toEqual([
    { number: 1, text: 'a', marked: false },
    { number: 2, text: '', marked: true },
    { number: 3, text: 'b', marked: false },
  ])
})

test('other texts are not taken for code frames', () => {
  expect(parseCodeFrame('just words')).toBeUndefined()
  expect(parseCodeFrame('    | ^')).toBeUndefined()
})

test('positions count UTF-16 units, characters of a database code points', () => {
  const text = 'select 😀,\n  中 as x'
  expect(offsetOfCharacter(text, 9)).toBe(9)
  expect(offsetOfCharacter(text, 10)).toBe(10)
  expect(offsetOfCharacter(text, 1_000)).toBe(text.length)
  expect(positionAt(text, offsetOfCharacter(text, 13))).toEqual({ line: 2, column: 3 })
  expect(positionAt(text, 0)).toEqual({ line: 1, column: 1 })
  // Lines end as they do in a code frame.
  expect(positionAt('select 1,\rselct 2', 10)).toEqual({ line: 2, column: 1 })
  expect(positionAt('a\r\nb', 3)).toEqual({ line: 2, column: 1 })
})

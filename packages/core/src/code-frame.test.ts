import { expect, test } from 'vitest'
import { codeFrame, parseCodeFrame } from './code-frame.ts'

const SOURCE = ['one', 'two', '\tthree(x)', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'].join('\n')

test('shows the line, its neighbours and a caret under the column', () => {
  expect(codeFrame(SOURCE, 2, 3, { before: 1, after: 1 })).toBe(
    ['  1 | one', '> 2 | two', '    |   ^', '  3 | \tthree(x)'].join('\n'),
  )
})

test('keeps tabs before the caret, so that it stands under its column', () => {
  expect(codeFrame(SOURCE, 3, 8, { before: 0, after: 0 })).toBe(['> 3 | \tthree(x)', '    | \t      ^'].join('\n'))
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
    { number: 3, text: '\tthree(x)', marked: true, caret: 7 },
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

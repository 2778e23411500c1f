import { codeFrame, offsetOfCharacter } from '@arlen/core/code-frame'
import { expect, test } from 'vitest'
import { locationOf, sqlExcerpt } from './sql-excerpt.ts'

test('shows the line, two before it and one after, with a caret', () => {
  expect(sqlExcerpt('select 1,\n  2,\n  3,\n  nme\nfrom t\nwhere true', 23)).toBe(
    ['  2 |   2,', '  3 |   3,', '> 4 |   nme', '    |   ^', '  5 | from t'].join('\n'),
  )
})

test.each(["select '😀😀😀', nme", "select '👩‍💻é漢', nme", 'select\t1,\tnme'])(
  'the caret in %j is where every code frame has it',
  text => {
    const position = [...text.slice(0, text.indexOf('nme'))].length + 1
    expect(sqlExcerpt(text, position)).toBe(codeFrame(text, 1, text.indexOf('nme') + 1))
    expect(offsetOfCharacter(text, position)).toBe(text.indexOf('nme'))
  },
)

test('a position is counted in characters and not in UTF-16 units', () => {
  expect(locationOf('😀\n😀x', 4)).toEqual({ line: 2, column: 3 })
})

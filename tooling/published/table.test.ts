import { expect, test } from 'vitest'
import { withRows } from './table.ts'

const PAGE =
  'before\n<!-- matrix -->\n| head |\n| --- |\n| 22.22.0 | npm 11.0.0 | 2026-01-01 | 3 pass | 9 s |\n<!-- end -->\nafter\n'
const tally = { passed: 41, failed: 0 }

test('a row takes the place of an older one of the same cell; rows are sorted', () => {
  const rows = [
    {
      cell: { node: '24.13.0', packageManager: 'npm' as const },
      version: '11.19.1',
      tally: { passed: 40, failed: 1 },
      ms: 100_400,
    },
    { cell: { node: '22.22.0', packageManager: 'npm' as const }, version: '11.19.1', tally, ms: 59_600 },
    { cell: { node: '22.22.0', packageManager: 'pnpm' as const }, version: '12.21.0', tally, ms: 61_000 },
  ]
  const page = withRows(PAGE, rows, new Date('2026-11-30T23:00:00Z'))
  expect(page.split('\n').slice(4)).toEqual([
    '| 22.22.0 | npm 11.19.1 | 2026-11-30 | 41 pass | 60 s |',
    '| 22.22.0 | pnpm 12.21.0 | 2026-11-30 | 41 pass | 61 s |',
    '| 24.13.0 | npm 11.19.1 | 2026-11-30 | 1 of 41 fail | 100 s |',
    '<!-- end -->',
    'after',
    '',
  ])
  expect(withRows(page, [], new Date())).toBe(page)
})

test('a page without the table is an error', () => {
  expect(() => withRows('nothing', [], new Date())).toThrow('has no table between <!-- matrix --> and <!-- end -->')
})

import { describe, expect, test } from 'vitest'
import { addTally, describeTally, emptyTally, type Tally } from './tally.ts'

const tally = (values: Partial<Tally>): Tally => ({ ...emptyTally(), ...values })

describe('the closing lines of a run', () => {
  test('end with the count alone on its line', () => {
    expect(
      describeTally(tally({ passed: 12 }))
        .split('\n')
        .at(-1),
    ).toBe('12 passed, 0 failed')
    expect(
      describeTally(tally({ passed: 1, failed: 1, failures: ['x'] }))
        .split('\n')
        .at(-1),
    ).toBe('1 passed, 1 failed')
  })

  test('name skipped tests with their reasons, equal ones once', () => {
    const skipped = [
      { file: 'a.test.ts', name: 'one', reason: 'nginx is not installed' },
      { file: 'a.test.ts', name: 'two', reason: 'nginx is not installed' },
      { file: 'b.test.ts', name: 'three', reason: 'no chromium' },
    ]
    const lines = describeTally(tally({ passed: 2, skipped })).split('\n')
    expect(lines).toContain('  a.test.ts: nginx is not installed (2 tests)')
    expect(lines).toContain('  b.test.ts: no chromium')
    expect(lines.at(-1)).toBe('2 passed, 0 failed, 3 skipped')
  })

  test('name what passed, but not at the first try', () => {
    const lines = describeTally(tally({ passed: 1, unsteady: ['a.test.ts > adds'] }))
    expect(lines).toContain('passed, but not at the first try:\n  a.test.ts > adds\n')
  })

  test('name the slowest files, the slowest first', () => {
    const slow = [1, 9, 3, 4, 5, 6, 7, 8, 2].map(seconds => ({ file: `${seconds}.test.ts`, ms: seconds * 1000 }))
    const text = describeTally(tally({ slow }))
    expect(text).toContain('slowest:\n    9.0 s  9.test.ts\n    8.0 s  8.test.ts\n')
    expect(text).not.toContain('1.test.ts')
  })

  test('name the files that take longer than they may', () => {
    const overtime = [{ file: 'packages/a/src/a.test.ts', ms: 7_400 }]
    expect(describeTally(tally({ overtime }))).toContain(
      'longer than they may take:\n  packages/a/src/a.test.ts: 7.4 s of 5.0 s\n',
    )
  })

  test('name what failed', () => {
    expect(describeTally(tally({ failed: 1, failures: ['a.test.ts > adds'] }))).toContain('  a.test.ts > adds\n')
  })
})

test('tallies add up', () => {
  const sum = tally({ passed: 1 })
  addTally(sum, tally({ passed: 2, failed: 1, failures: ['x'], skipped: [{ file: 'f', name: 'n', reason: 'r' }] }))
  expect(sum).toMatchObject({ passed: 3, failed: 1, failures: ['x'] })
  expect(sum.skipped).toHaveLength(1)
})

import { expect, test } from 'vitest'
import { checkWorkers } from './check-workers.ts'

const MIB = 1024 ** 2

test.each([0, -1, 1.5, Number.NaN, 1025, 1e9])('refuses %s workers', workers => {
  expect(() => checkWorkers(workers, [])).toThrow(/must be a whole number from 1 to 1024/)
})

test('refuses what memory has no room for, by what the workers take that serve', () => {
  expect(() => checkWorkers(10, [200 * MIB, 200 * MIB], 700 * MIB)).toThrow(
    expect.objectContaining({
      code: 'memory_insufficient',
      message: expect.stringContaining('10 workers need about 800.0 MiB of memory, but only 700.0 MiB is available'),
    }),
  )
  expect(() => checkWorkers(9, [200 * MIB, 200 * MIB], 700 * MIB)).not.toThrow()
})

test('fewer workers than serve are never refused', () => {
  expect(() => checkWorkers(1, [900 * MIB, 900 * MIB], 0)).not.toThrow()
})

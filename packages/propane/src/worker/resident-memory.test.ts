import { expect, test } from 'vitest'
import { createMemoryReader } from './resident-memory.ts'

test('tells what Node.js tells, and follows it', () => {
  const read = createMemoryReader()
  expect(read() / process.memoryUsage.rss()).toBeCloseTo(1, 1)
  const before = read()
  const kept = Buffer.alloc(64 * 1024 * 1024, 1)
  expect(read() - before).toBeGreaterThan(32 * 1024 * 1024)
  expect(kept).toHaveLength(64 * 1024 * 1024)
})

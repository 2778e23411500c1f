import { expect, test } from 'vitest'
import { createMemoryReader } from './resident-memory.ts'

const MIB = 1024 * 1024

test('reports the same as Node.js, before and after more is used', () => {
  const read = createMemoryReader()
  const difference = () => Math.abs(read() - process.memoryUsage.rss())
  expect(difference()).toBeLessThan(8 * MIB)
  const before = read()
  const kept: Buffer[] = []
  // Other tests of the same process may have left memory that is resident already.
  while (read() - before < 64 * MIB && kept.length < 64) kept.push(Buffer.alloc(32 * MIB, 1))
  expect(read() - before).toBeGreaterThanOrEqual(64 * MIB)
  expect(difference()).toBeLessThan(8 * MIB)
})

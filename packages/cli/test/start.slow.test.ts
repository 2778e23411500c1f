import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'

test('arlen --help starts in little more time than Node.js itself needs (timed)', { retry: 2 }, () => {
  const main = join(import.meta.dirname, '../dist/bin.js')
  const median = (args: readonly string[]) => {
    const times = Array.from({ length: 7 }, () => {
      const started = performance.now()
      execFileSync(process.execPath, args, { stdio: 'ignore' })
      return performance.now() - started
    })
    return times.toSorted((a, b) => a - b)[3]!
  }
  const bare = median(['-e', '0'])
  const help = median([main, '--help'])
  // 150 ms on a machine on which Node.js itself takes 40.
  expect(help / bare).toBeLessThan(3.75)
})

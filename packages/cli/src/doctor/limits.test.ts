import { expect, test } from 'vitest'
import { examineLimits } from './limits.ts'

test.each([
  [{ openFiles: 1_024, watches: 100_000 }, 'warn', 'ulimit -n 4096'],
  [{ openFiles: 4_096, watches: 8_192 }, 'warn', 'fs.inotify.max_user_watches=65536'],
])('%j is too little', async (limits, outcome, remedy) => {
  expect(await examineLimits(limits)).toMatchObject({ outcome, remedy: expect.stringContaining(remedy) })
})

test('enough, no end of it, and nothing known are fine', async () => {
  expect(await examineLimits({ openFiles: Infinity, watches: 65_536 })).toMatchObject({ outcome: 'ok' })
  expect(await examineLimits({ openFiles: undefined, watches: undefined })).toEqual({ outcome: 'ok', found: 'unknown' })
  expect((await examineLimits()).found).not.toContain('NaN')
})

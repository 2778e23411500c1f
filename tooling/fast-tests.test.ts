import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')

/** The test files of the repository that Vitest would run. */
function files(env: Record<string, string>): string[] {
  const vitest = join(root, 'node_modules/.bin/vitest')
  const text = execFileSync(vitest, ['list', '--filesOnly'], {
    cwd: root,
    env: { ...process.env, ...env },
    encoding: 'utf8',
  })
  return text.split('\n').filter(line => line.includes('.test.ts'))
}

const isSlow = (file: string) => file.includes('.slow.test.ts')

test('make test leaves the slow files out, make check does not', () => {
  const all = files({ FAST_TESTS: '' })
  const fast = files({ FAST_TESTS: '1' })
  expect(all.some(isSlow)).toBe(true)
  expect(fast.filter(isSlow)).toEqual([])
  expect(fast.length).toBe(all.filter(file => !isSlow(file)).length)
})

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { limitOf, overTarget, SUITES, TARGETS } from './budget.ts'

const page = readFileSync(join(import.meta.dirname, '../CONTRIBUTING.md'), 'utf8')

test('CONTRIBUTING says which suite belongs where and how long it may take', () => {
  for (const { name, files, target, limitMs } of SUITES) {
    expect(page).toContain(`| ${name} | ${files} | ${target} | ${limitMs / 1000} s a file |`)
  }
  const { test, check, ci } = TARGETS
  expect(page).toContain(
    `\`make test\` may take ${test / 60_000} minutes, \`make check\` ${check / 60_000}, \`.ci/run\` ${ci / 60_000}`,
  )
})

test('each test file belongs to one suite', () => {
  expect(limitOf('packages/http/src/query.test.ts')).toBe(5_000)
  expect(limitOf('packages/http/test/wire.test.ts')).toBe(20_000)
  expect(limitOf('tooling/tally.test.ts')).toBe(20_000)
  expect(limitOf('packages/http/test/load.slow.test.ts')).toBe(120_000)
  expect(limitOf('tooling/images/guide.image.ts')).toBe(300_000)
})

test('a run that outgrows its time is reported', () => {
  expect(overTarget('test', TARGETS.test)).toBeUndefined()
  expect(overTarget('test', 240_000)).toBe('make test took 4.0 min, and may take 3.0 min on two quiet processors')
})

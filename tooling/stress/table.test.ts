import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { STRESS, stressRows } from './table.ts'

const root = join(import.meta.dirname, '../..')

test('every part has its stress test', () => {
  const parts = 'parser router pool migrations sessions limits templates boomhauer propane releases'.split(' ')
  expect(STRESS.map(({ part }) => part).sort()).toEqual(parts.sort())
  for (const file of STRESS.flatMap(({ files }) => files)) expect(existsSync(join(root, file)), file).toBe(true)
})

test('docs/performance.md lists what each loads and what must hold', () => {
  const page = readFileSync(join(root, 'docs/performance.md'), 'utf8')
  expect(page.split('\n').filter(line => /^\| \w+ \| .* \| `.*\.ts` \|$/.test(line))).toEqual(stressRows())
})

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { findChanges } from '../src/index.ts'
import { temporaryFolder, writeRelease } from './support.ts'

// Of the processor alone, since other work of the machine is not to be measured.
test('one changed byte in 10,000 files is found in less than a second (timed)', { retry: 2 }, async () => {
  const content = 'x'.repeat(1000)
  const files = Object.fromEntries(
    Array.from({ length: 10_000 }, (_, index) => [`lib/${index % 100}/${index}.js`, `${index}${content}`]),
  )
  const dir = await writeRelease(temporaryFolder(), { id: 'r1', files })
  expect(await findChanges(dir)).toEqual([])

  const file = join(dir, 'lib/42/4242.js')
  const bytes = readFileSync(file)
  bytes[123]! ^= 1
  writeFileSync(file, bytes)
  const before = process.cpuUsage()
  expect(await findChanges(dir)).toEqual([{ path: 'lib/42/4242.js', problem: 'changed' }])
  const { user, system } = process.cpuUsage(before)
  expect((user + system) / 1e6).toBeLessThan(1)
})

import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { makeProjectFolder } from '../project-folder.ts'
import { stepsOf } from './steps.ts'
import { walk } from './walk.ts'

// What a newcomer reads is done here as it is written: every command, every file.
test('docs/getting-started.md leads to where it says', async () => {
  const folder = makeProjectFolder('arlen-getting-started-')
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const steps = stepsOf(readFileSync(join(import.meta.dirname, '../../docs/getting-started.md'), 'utf8'))
  expect(steps.length).toBeGreaterThan(8)
  await walk(steps, folder)
})

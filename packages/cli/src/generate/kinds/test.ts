import { UsageError } from '../../command.ts'
import type { AppFacts } from '../app-facts.ts'
import { readName } from '../names.ts'
import type { Plan } from '../plan.ts'
import { renderTemplate } from '../render.ts'
import { addTestSetUp } from '../test-set-up.ts'

/** A test that opens the application. */
export async function planTest(app: AppFacts, words: readonly string[]): Promise<Plan> {
  if (words.length === 0) throw new UsageError('generate test needs a name: checkout')
  const name = readName(words.join('_'))
  const withDatabase = app.hasOpenApp || app.hasDatabase
  const files = new Map([
    [`test/${name.kebab}.test.ts`, await renderTemplate('test/test.ts', { name, app, withDatabase })],
  ])
  await addTestSetUp(app, files)
  return { files, changes: [], notes: [] }
}

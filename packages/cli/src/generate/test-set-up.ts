import type { AppFacts } from './app-facts.ts'
import { renderTemplate } from './render.ts'

/**
 * Tests with a database open the application with `test/open-app.ts`, which is added with the first test if it is missing.
 */
export async function addTestSetUp(app: AppFacts, files: Map<string, string>): Promise<void> {
  if (app.hasOpenApp || !app.hasDatabase) return
  files.set('test/open-app.ts', await renderTemplate('test/open-app.ts', { app }))
}

import type { AppFacts } from './app-facts.ts'
import { renderTemplate } from './render.ts'

/** Tests with a database open the application by `test/open-app.ts`. An application without one gets it with its first test. */
export async function addTestSetUp(app: AppFacts, files: Map<string, string>): Promise<void> {
  if (app.hasOpenApp || !app.hasDatabase) return
  files.set('test/open-app.ts', await renderTemplate('test/open-app.ts', { app }))
}

import { UsageError } from '../../command.ts'
import { cliError } from '../../errors.ts'
import type { AppFacts } from '../app-facts.ts'
import { addLayout, pageLocals } from '../layout.ts'
import { mountIn } from '../mount.ts'
import { readName } from '../names.ts'
import type { Plan } from '../plan.ts'
import { renderTemplate } from '../render.ts'
import { addTestSetUp } from '../test-set-up.ts'

/** A page: its template, its route, and a test. */
export async function planPage(app: AppFacts, words: readonly string[]): Promise<Plan> {
  if (words.length === 0) throw new UsageError('generate page needs a name: about')
  if (app.apiOnly) throw cliError('pages_missing')
  const page = readName(words.join('_'))
  const locals = { page, app, ...pageLocals(app), withDatabase: app.hasOpenApp || app.hasDatabase }
  const render = (template: string) => renderTemplate(`page/${template}`, locals)
  const files = new Map([
    [`${app.templates}/${page.kebab}.html.ets`, await render('page.html')],
    [`src/${page.kebab}.ts`, await render('route.ts')],
    [`test/${page.kebab}.test.ts`, await render('page.test.ts')],
  ])
  await addLayout(app, files)
  await addTestSetUp(app, files)
  const mounting = {
    imports: [`import { ${page.camel}Page } from './src/${page.kebab}.ts'`],
    statements: [`app.group('', { ${app.loadUser ? `use: ${app.loadUser}, ` : ''}openApi: false }, ${page.camel}Page)`],
  }
  const change = mountIn(app, mounting)
  const lines = [...mounting.imports, ...mounting.statements].map(line => `  ${line}`)
  return { files, changes: change ? [change] : [], notes: change ? [] : ['Add to your application:', ...lines] }
}

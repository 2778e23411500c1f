import { UsageError } from '../../command.ts'
import type { AppFacts } from '../app-facts.ts'
import { mountIn } from '../mount.ts'
import { readName } from '../names.ts'
import type { Plan } from '../plan.ts'
import { renderTemplate } from '../render.ts'
import { addTestSetUp } from '../test-set-up.ts'

/** A class whose methods handle requests, a route for each, and a test. */
export async function planController(app: AppFacts, words: readonly string[]): Promise<Plan> {
  const [name, ...given] = words
  if (name === undefined) throw new UsageError('generate controller needs a name and actions: reports index yearly')
  const controller = readName(name.replace(/[_-]?controller$/i, '') || name)
  const actions = (given.length > 0 ? given : ['index']).map(readName)
  const twice = actions.find(({ camel }, i) => actions.findIndex(other => other.camel === camel) < i)
  if (twice) throw new UsageError(`the action ${twice.camel} is given twice`)
  const locals = { controller, actions, app, withDatabase: app.hasOpenApp || app.hasDatabase }
  const render = (template: string) => renderTemplate(`controller/${template}`, locals)
  const files = new Map([
    [`src/${controller.kebab}/controller.ts`, await render('controller.ts')],
    [`test/${controller.kebab}.test.ts`, await render('controller.test.ts')],
  ])
  await addTestSetUp(app, files)
  const mounting = {
    imports: [`import { ${controller.camel}Routes } from './src/${controller.kebab}/controller.ts'`],
    statements: [
      `app.group('/${controller.kebab}', ${app.choosesOpenApi ? '{ openApi: true }, ' : ''}${controller.camel}Routes)`,
    ],
  }
  const change = mountIn(app, mounting)
  const lines = [...mounting.imports, ...mounting.statements].map(line => `  ${line}`)
  return { files, changes: change ? [change] : [], notes: change ? [] : ['Add to your application:', ...lines] }
}

import { UsageError } from '../../command.ts'
import type { AppFacts } from '../app-facts.ts'
import { noteOfDatabaseTools } from '../database-tools.ts'
import { readFields } from '../fields.ts'
import { addLayout, pageLocals } from '../layout.ts'
import { mountIn } from '../mount.ts'
import { readResourceName } from '../names.ts'
import type { Plan } from '../plan.ts'
import { renderTemplate } from '../render.ts'
import { schemasOf } from '../schemas.ts'
import { addTestSetUp } from '../test-set-up.ts'
import { nextMigration, refuseExistingTable } from './migration.ts'

/** A table, its queries, JSON, pages unless the application has none, and a test of everything. */
export async function planResource(app: AppFacts, words: readonly string[]): Promise<Plan> {
  const [name, ...given] = words
  if (name === undefined || given.length === 0) {
    throw new UsageError('generate resource needs a name and fields: article title body:text price:integer?')
  }
  const names = readResourceName(name)
  const { one, many } = names
  refuseExistingTable(app.root, many.snake)
  // Uncountable: one sheep, two sheep.
  const listName = one.kebab === many.kebab ? `all-${many.kebab}` : many.kebab
  const path = app.apiOnly ? `/${many.kebab}` : `/api/${many.kebab}`
  const fields = readFields(given)
  const locals = {
    ...names,
    fields,
    listName,
    apiPath: path,
    app,
    ...pageLocals(app),
    schemas: schemasOf(fields, !app.apiOnly),
    login: loginOf(app),
    literal,
    article: /^[aeiou]/.test(one.snake) ? 'an' : 'a',
    /** The field that names a row in lists. */
    label: fields.find(({ type, optional }) => type === 'string' && !optional)?.camel,
    /** The first field that a page shows as it was entered. */
    shown: fields[0]!.type === 'boolean' || fields[0]!.type === 'text' ? undefined : fields[0],
    /** A field that cannot be empty. */
    required: fields.find(({ type, optional }) => type !== 'boolean' && !optional),
  }
  const render = (template: string) => renderTemplate(`resource/${template}`, locals)
  const files = new Map([
    [await nextMigration(app.root, `create_${many.snake}`), await render('migration.sql')],
    [`src/${many.kebab}/${many.kebab}.ts`, await render('queries.ts')],
    [`src/${many.kebab}/${one.kebab}-id.ts`, await render('id.ts')],
    [`src/${many.kebab}/api.ts`, await render('api.ts')],
    [`test/${many.kebab}-api.test.ts`, await render('api.test.ts')],
  ])
  if (!app.apiOnly) {
    files.set(`src/${many.kebab}/routes.ts`, await render('routes.ts'))
    for (const page of ['index', 'show', 'new', 'edit', 'form']) {
      files.set(`${app.templates}/${many.kebab}/${page}.html.ets`, await render(`${page}.html`))
    }
    files.set(`test/${many.kebab}.test.ts`, await render('pages.test.ts'))
  }
  if (!app.apiOnly) await addLayout(app, files)
  await addTestSetUp({ ...app, hasDatabase: true }, files)
  return { files, ...mounted(app, locals) }
}

/** A value as source code of a test. */
function literal(value: unknown): string {
  const json = JSON.stringify(value)
  return typeof value === 'string' ? `'${json.slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'` : json
}

/** How a test of this application logs in. */
function loginOf({ guard, login }: AppFacts): { user: string; visitor: string } {
  if (guard === undefined || login === undefined) return { user: '', visitor: 't.visitor()' }
  const visitor = login === 'user' ? "t.as(await user('Ada'))" : "await client('ada@example.com')"
  return { user: `, ${login}`, visitor }
}

function mounted(app: AppFacts, { one, many, apiPath }: ReturnType<typeof readResourceName> & { apiPath: string }) {
  const options = app.guard ? `, { use: ${app.guard} }` : ''
  const mounting = {
    imports: [
      `import { ${one.camel}Api } from './src/${many.kebab}/api.ts'`,
      ...(app.apiOnly ? [] : [`import { ${one.camel}Routes } from './src/${many.kebab}/routes.ts'`]),
    ],
    statements: [
      ...(app.apiOnly
        ? []
        : [
            `app.group('/${many.kebab}', { ${app.guard ? `use: ${app.guard}, ` : ''}openApi: false }, ${one.camel}Routes)`,
          ]),
      `app.group('${apiPath}'${options}, ${one.camel}Api)`,
    ],
  }
  const change = mountIn(app, mounting)
  const notes = [...noteOfDatabaseTools(app.root), 'Run: arlen migrate']
  if (!change)
    notes.unshift('Add to your application:', ...[...mounting.imports, ...mounting.statements].map(line => `  ${line}`))
  if (!app.guard) {
    notes.push(
      `Anybody can read and change ${many.title.toLowerCase()}: give the groups a guard, such as { use: requireUser }.`,
    )
  }
  return { changes: change ? [change] : [], notes }
}

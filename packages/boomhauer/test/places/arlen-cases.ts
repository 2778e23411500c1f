import type { Case } from '../code-frame-cases.ts'

/** An application of arlen around the lines that are broken. */
const app = (body: string, head = '') => `import { createApp } from 'arlen'
${head}const app = createApp()
${body}
export default app
`
/** A handler of `/`. */
const handler = (body: string, head = '') => app(`app.get('/', async c => {\n${body}\n})`, head)

const boot = (name: string, message: RegExp, files: Case['files']): Case => {
  return { name, on: 'build', stage: 'boot', message, files }
}
const config = (name: string, message: RegExp, files: Case['files']): Case => {
  return { name, on: 'build', stage: 'config', message, files }
}
const runtime = (name: string, message: RegExp, files: Case['files']): Case => {
  return { name, on: 'request', stage: 'runtime', message, files }
}
const load = (name: string, message: RegExp, files: Case['files']): Case => {
  return { name, on: 'build', stage: 'load', message, files }
}

const DB = '.env'
const REACHABLE = 'DATABASE_URL={dsn}\n'
const DOWN = 'DATABASE_URL=postgres://shop:pw@127.0.0.1:1/shop\n'

export const ARLEN_CASES: readonly Case[] = [
  boot('two routes of the same path', /can never be reached/, {
    'app.ts': app(`app.get('/a', c => c.text('a'))\napp.¦get('/a', c => c.text('b'))`),
  }),
  boot('two routes of the same path in two files', /can never be reached/, {
    'app.ts': app(`import { more } from './more.ts'\napp.get('/a', c => c.text('a'))\nmore(app)`),
    'more.ts': `import type { App } from 'arlen'\nexport function more(app: App): void {\n  app.¦get('/a', c => c.text('b'))\n}\n`,
  }),
  load('a handler that is undefined', /undefined/, {
    'app.ts': app(`const show: never = undefined as never\napp.¦get('/a', show)`),
  }),
  load('a path without its slash', /slash/, { 'app.ts': app(`app.¦get('users', c => c.text('b'))`) }),
  load('a constraint of a parameter that is not in the path', /no parameter in the path/, {
    'app.ts': app(`app.¦get('/:id', { constraints: { idd: 'int' } } as never, c => c.text('b'))`),
  }),
  load('two routes of one name', /name/, {
    'app.ts': app(`app.get('/a', { name: 'x' }, c => c.text('a'))\napp.¦get('/b', { name: 'x' }, c => c.text('b'))`),
  }),
  load('a misspelled option of a route', /naem/, {
    'app.ts': app(`app.¦get('/a', { naem: 'x' } as never, c => c.text('a'))`),
  }),
  boot('an invalid schema', /not a Standard Schema/, {
    'app.ts': app(`app.¦get('/a', { query: { q: String } } as never, c => c.text('a'))`),
  }),
  load('a guard that nobody defined', /guard/i, {
    'app.ts': app(`app.¦get('/a', { under: 'admn' }, c => c.text('a'))`),
  }),
  load('a misspelled option of createApp', /methodOverrid/, {
    'app.ts': `import { createApp } from 'arlen'\nexport default ¦createApp({ methodOverrid: true } as never)\n`,
  }),
  boot('a start hook that throws', /cold stove/, {
    'app.ts': app(`app.onStart('stove', () => {\n  throw ¦new Error('cold stove')\n})`),
  }),
  boot('a start hook that rejects after a while', /cold stove/, {
    'app.ts': app(
      `app.onStart('stove', async () => {\n  await new Promise(r => setTimeout(r, 5))\n  throw ¦new Error('cold stove')\n})`,
    ),
  }),
  boot('a database that refuses connections', /ECONNREFUSED|not reach|connect/, {
    'app.ts': app(`app.onStart('stock', async () => {\n  await app.db.¦query('select 1')\n})`),
    [DB]: DOWN,
  }),
  runtime('a handler below a database that is down', /ECONNREFUSED|not reach|connect/, {
    'app.ts': handler(`  const rows = await c.db.¦query('select 1')\n  return rows`),
    [DB]: DOWN,
  }),
  runtime('a query of a table that is not there', /nowhere/, {
    'app.ts': handler(`  const rows = await c.db.¦query('select nope from nowhere')\n  return rows`),
    [DB]: REACHABLE,
  }),
  runtime('a query with a mistake in it, in a function of another module', /syntax error/, {
    'app.ts': handler(`  return await stock(c.db)`, `import { stock } from './stock.ts'\n`),
    'stock.ts': `import type { Pg } from '@arlen/pg'\nexport async function stock(db: Pg): Promise<unknown> {\n  return await db.¦query('selec 1')\n}\n`,
    [DB]: REACHABLE,
  }),
  runtime('a query in a transaction', /nowhere/, {
    'app.ts': handler(
      `  return await c.db.tx(async tx => {\n    await tx.query('select 1')\n    return await tx.¦query('select * from nowhere')\n  })`,
    ),
    [DB]: REACHABLE,
  }),
  runtime('a query without a database', /No database is configured/, {
    'app.ts': handler(`  return await c.¦db.query('select 1')`),
  }),
  runtime('a handler that throws', /out of propane/, {
    'app.ts': handler(`  throw ¦new Error('out of propane')`),
  }),
  runtime('a handler that returns nothing', /returned nothing/, {
    'app.ts': app(`app.¦get('/', () => {\n  'no answer'\n})`),
  }),
  runtime('a handler that returns a promise of nothing', /returned nothing/, {
    'app.ts': app(`app.¦get('/', async () => {\n  await 1\n})`),
  }),
  runtime('a handler that returns a function', /a function, which JSON cannot represent/, {
    'app.ts': app(`app.¦get('/', () => () => 1)`),
  }),
  runtime('a handler that returns a symbol', /a symbol, which JSON cannot represent/, {
    'app.ts': app(`app.¦get('/', () => Symbol('x'))`),
  }),
  runtime('a handler that returns a BigInt', /BigInt/, { 'app.ts': app(`app.¦get('/', () => 10n)`) }),
  runtime('a handler that returns what contains itself', /circular/, {
    'app.ts': app(`app.¦get('/', async () => {\n  const a: Record<string, unknown> = {}\n  a.a = a\n  return a\n})`),
  }),
  runtime('c.json() of what contains itself', /circular/, {
    'app.ts': handler(`  const a: Record<string, unknown> = {}\n  a.a = a\n  return c.¦json(a)`),
  }),
  runtime('a text that is thrown', /"no error" was thrown/, {
    'app.ts': app(`app.¦get('/', () => {\n  throw 'no error'\n})`),
  }),
  runtime('null that is thrown after a while', /null was thrown/, {
    'app.ts': app(`app.¦get('/', async () => {\n  await 1\n  throw null\n})`),
  }),
  runtime('an object that is thrown', /was thrown/, {
    'app.ts': app(`app.¦get('/', () => {\n  throw { status: 'bad' }\n})`),
  }),
  runtime('a rejection with a text', /"no reason" was thrown/, {
    'app.ts': app(`app.¦get('/', () => Promise.reject('no reason'))`),
  }),
  runtime('a template that is not there', /no template|not found|There is no/i, {
    'app.ts': handler(`  return c.¦render('nope')`),
    '/templates/home.html.ets': '<p>x</p>\n',
  }),
  runtime('middleware that throws', /no entry/, {
    'app.ts': app(
      `app.use(next => c => {\n  if (c.req.path === '/') throw ¦new Error('no entry')\n  return next(c)\n})\napp.get('/', c => c.text('x'))`,
    ),
  }),
  runtime('a guard that throws', /no guard/, {
    'app.ts': app(`app.get('/', { under: () => {\n  throw ¦new Error('no guard')\n} }, c => c.text('x'))`),
  }),
  runtime('a method of undefined, in a helper of another module', /Cannot read properties of undefined/, {
    'app.ts': handler(`  return total(undefined as never)`, `import { total } from './cart.ts'\n`),
    'cart.ts': `interface Item { cents: number }\nexport function total(items: Item[]): number {\n  return items.¦reduce((sum: number, item: Item) => sum + item.cents, 0)\n}\n`,
  }),
  config('a misspelled setting', /did you mean port/, {
    'app.ts': handler(`  return 'x'`),
    '/config/app.ts': `export default {\n  http: {\n    ¦prot: 3000,\n  },\n}\n`,
  }),
  config('a setting of the wrong type', /must be number/, {
    'app.ts': handler(`  return 'x'`),
    '/config/environments/development.ts': `// http: { port: 1 }\nexport default { http: { ¦port: 'x' } }\n`,
  }),
  config('a wrong setting in the call of createApp', /must be boolean/, {
    'app.ts': `import { createApp } from 'arlen'\nconst app = createApp({\n  config: { ¦apiOnly: 'yes' as never },\n})\nexport default app\n`,
  }),
  config('a wrong setting in a .env file', /must be a number/, {
    'app.ts': handler(`  return 'x'`),
    '.env': `# ARLEN_HTTP_PORT=3000\n¦ARLEN_HTTP_PORT=many\n`,
  }),
  config('a configuration file that throws', /no home/, {
    'app.ts': handler(`  return 'x'`),
    '/config/app.ts': `const home: string = ''\nif (home === '') throw ¦new Error('no home')\nexport default {}\n`,
  }),
  load('JSON without an attribute', /import attribute/, {
    'app.ts': `import data from ¦'./data.json'\n${app('app.get("/", () => data)')}`,
    'data.json': '{}',
  }),
  load('a style sheet that is imported', /Unknown file extension/, {
    'app.ts': `import ¦'./app.css'\n${app('')}`,
    'app.css': 'a{}',
  }),
  load('JSON without an attribute, in a module that is imported', /import attribute/, {
    'app.ts': `import { data } from './lib.ts'\n${app('app.get("/", () => data)')}`,
    'lib.ts': `import json from ¦"./data.json"\nexport const data: unknown = json\n`,
    'data.json': '{}',
  }),
  runtime('a module that a request imports and that is not there', /Cannot find module/, {
    'app.ts': handler(`  const { price } = await import(¦'./price.ts')\n  return price`),
  }),
  runtime('an import in the header of a template', /Cannot find module/, {
    'app.ts': handler(`  return c.render('home')`),
    '/templates/home.html.ets': `<%! import { price } from ¦'./price.ts' %>\n<p><%= price %></p>\n`,
  }),
  boot('a process that exits while it is loaded', /exited with code 3/, {
    'app.ts': `import { check } from './check.ts'\ncheck()\n${app('')}`,
    'check.ts': `export function check(): void {\n  if (!process.env.LICENSE) process.¦exit(3)\n}\n`,
  }),
  runtime('a process that exits in a handler', /exited with code 7/, {
    'app.ts': handler(`  process.¦exit(7)`),
  }),
  boot('a loop that does not end', /busy here for 2 s/, {
    'app.ts': `let n = 0\n¦while (true) n++\n${app('')}`,
  }),
  runtime('a message of 200 kB', /^x{100}/, {
    'app.ts': handler(`  throw ¦new Error('x'.repeat(200_000))`),
  }),
]

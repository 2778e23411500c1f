import { fileURLToPath } from 'node:url'

export interface Case {
  /** What is broken, as a sentence. */
  name: string
  /** How it comes up: while building, or when `/` is asked for. */
  on: 'build' | 'request'
  stage: string
  message: RegExp
  /** The place is marked with `¦` in one of them; a case without a mark has no place. `app.ts` is loaded. */
  files: Readonly<Record<string, string>>
}

const OK = `import { servable } from '../servable.js'\nexport default servable((req, res) => res.end('ok'))\n`
/** More modules than one: the broken one is not the last that was loaded. */
const MANY = Array.from({ length: 24 }, (_, index) => `export const value: number = ${index}\n`)
/** Shows an exception of a handler as a framework in development does. */
const HANDLER = `import { handling } from '../handling.ts'\n`

export const HANDLING = `
import { developmentProblem, renderProblem } from '@arlen/error-report'
import { servable } from './servable.js'
export function handling(handler: () => unknown) {
  return servable(async (req, res) => {
    try {
      res.end(String(await handler()))
    } catch (error) {
      const problem = developmentProblem(error, { correlationId: 'c', root: process.cwd(), request: { method: req.method, url: req.url } })
      const { status, headers, body } = renderProblem(problem, { accept: req.headers.accept })
      res.writeHead(status, headers).end(body)
    }
  })
}
`

const load = (name: string, message: RegExp, files: Case['files']): Case => {
  return { name, on: 'build', stage: 'load', message, files }
}
const boot = (name: string, message: RegExp, files: Case['files']): Case => {
  return { name, on: 'build', stage: 'boot', message, files }
}
const runtime = (name: string, message: RegExp, files: Case['files']): Case => {
  return { name, on: 'request', stage: 'runtime', message, files }
}

export const CASES: readonly Case[] = [
  load('a stray bracket', /Expression expected/, { 'app.ts': `${OK}const a = { b: 1 }\n¦}\n` }),
  load('a broken expression after types', /Expression expected|Unexpected/, {
    'app.ts': `${OK}const map: Map<string, number> = new Map<string, number>([¦;])\n`,
  }),
  load('an enum', /enum is not supported/, { 'app.ts': `${OK}¦enum Color { Red }\n` }),
  load('a parameter property', /parameter property is not supported/, {
    'app.ts': `${OK}class A {\n  constructor(private readonly ¦b: string) {}\n}\n`,
  }),
  load('a decorator, in one of many modules', /Invalid or unexpected token/, {
    'app.ts': `${MANY.map((_, index) => `import './lib/${index}.ts'\n`).join('')}${OK}`,
    'lib/0.ts': `const sealed = (target: unknown): unknown => target\n¦@sealed\nexport class A {}\n`,
    ...Object.fromEntries(MANY.slice(1).map((text, index) => [`lib/${index + 1}.ts`, text])),
  }),
  load('an accessor', /Unexpected identifier/, { 'app.ts': `${OK}class A {\n  accessor ¦x: number = 1\n}\n` }),
  load('a package.json that is not JSON', /Invalid package config/, {
    'app.ts': `import './lib/index.js'\n${OK}`,
    'lib/package.json': '{\n  "type": "module",\n¦}\n',
    'lib/index.js': 'export {}\n',
  }),
  load('invalid JavaScript', /Unexpected token '='/, {
    'app.ts': `import './lib.js'\n${OK}`,
    'lib.js': 'const a = 1\nexport const b = a = ¦= 2\n',
  }),
  load('invalid JavaScript, in a CommonJS module', /Unexpected identifier|Invalid or unexpected/, {
    'app.ts': `import './lib.cjs'\n${OK}`,
    'lib.cjs': 'module.exports = 1\n\tconst x = 1 ¦y\n',
  }),
  load('an invalid regular expression', /Invalid regular expression/, {
    'app.ts': `import './lib.ts'\n${OK}`,
    'lib.ts': 'const a: number = 1\nexport const pattern: RegExp = ¦/(/\nconsole.log(a)\n',
  }),
  load('a name that is declared twice', /has already been declared/, {
    'app.ts': `${OK}interface A { b: string }\nlet one = 1\nlet ¦one = 2 as unknown as A\n`,
  }),
  load('invalid JSON', /in JSON/, {
    'app.ts': `import data from './data.json' with { type: 'json' }\n${OK}console.log(data)\n`,
    'data.json': '{\n  "a": 1,\n¦}\n',
  }),
  load('a module that is not there', /Cannot find module 'case\d+\/nowhere\.ts' imported from case\d+\/app\.ts/, {
    'app.ts': `// import './nowhere.ts' is below\nimport ¦'./nowhere.ts'\n${OK}`,
  }),
  load('a module that a module imports and that is not there', /Cannot find module/, {
    'app.ts': `import './lib/deep.ts'\n${OK}`,
    'lib/deep.ts': `import type { X } from './types.ts'\nexport const a: X = 1\nexport * from ¦'../gone.ts'\n`,
    'lib/types.ts': 'export type X = number\n',
  }),
  load('a package that is not installed', /Cannot find package 'not-installed'/, {
    'app.ts': `import thing from ¦'not-installed/sub'\n${OK}console.log(thing)\n`,
  }),
  load('a dynamic import of nothing', /Cannot find module/, {
    'app.ts': `${OK}const name = 1\nawait import(¦'./missing.ts')\n`,
  }),
  load('a folder that is imported', /Directory import/, {
    'app.ts': `import ¦'./lib'\n${OK}`,
    'lib/index.ts': 'export {}\n',
  }),
  load('a module of Node.js that does not exist', /No such built-in module/, {
    'app.ts': `import ¦'node:teapot'\n${OK}`,
  }),
  load('an export that does not exist', /does not provide an export named 'nope'/, {
    'app.ts': `import {\n  yes,\n  ¦nope,\n} from './lib.ts'\n${OK}console.log(yes, nope)\n`,
    'lib.ts': 'export const yes = 1\n',
  }),
  load('an exception at the top level', /not at home/, { 'app.ts': `${OK}throw ¦new Error('not at home')\n` }),
  load('an exception in a function of another module', /deep trouble/, {
    'app.ts': `import { dig } from './lib.ts'\n${OK}dig<string>('x')\n`,
    'lib.ts': `interface Hole { depth: number }\nexport function dig<T>(what: T): Hole {\n  throw ¦new RangeError('deep trouble')\n}\n`,
  }),
  load('a rejected top-level await', /too late/, {
    'app.ts': `${OK}await 1\nawait Promise.reject(¦new Error('too late'))\n`,
  }),
  load('a name that is not defined', /undefinedName is not defined/, {
    'app.ts': `${OK}const a: number = 1\nconsole.log(a, ¦undefinedName)\n`,
  }),
  load('a property of undefined, behind generics', /Cannot read properties of undefined/, {
    'app.ts': `${OK}const m = new Map<string, { v: number }>() as unknown as Record<string, { v: { w: number } }>\nexport const x: number = (m['a'] as { v: { w: number } }).¦v.w\n`,
  }),
  load('a module in a folder with spaces and accents', /étonnant/, {
    'app.ts': `import './mon café/thé vert.ts'\n${OK}`,
    'mon café/thé vert.ts': `throw ¦new Error('étonnant')\n`,
  }),
  load('lines that end as on Windows', /windows/, {
    'app.ts': `${OK}\r\n\r\nconst a = 1\r\n\tthrow ¦new Error('windows')\r\n`,
  }),
  load('a module compiled elsewhere, with its source map', /mapped/, {
    'app.ts': `import './made.js'\n${OK}`,
    'original.ts': `interface A {}\n\nexport function f(a: A) {\n  throw ¦new Error('mapped')\n}\nf({})\n`,
    'made.js': `export function f(a) { throw new Error('mapped') }\nf({})\n//# sourceMappingURL=made.js.map\n`,
    'made.js.map': JSON.stringify({
      version: 3,
      sources: ['original.ts'],
      names: [],
      // line 1: column 0 is 3:1, column 22 is 4:3, column 28 is 4:9; line 2: column 0 is 6:1
      mappings: 'AAEA,sBACE,MAAM;AAER',
    }),
  }),
  boot('an exception while it starts', /no start/, {
    'app.ts': `export default {\n  async listen() {\n    await 1\n    throw ¦new Error('no start')\n  },\n  async close() {},\n}\n`,
  }),
  boot('a failure whose cause is the application’s', /wrapped/, {
    'app.ts': `import { wrap } from 'wrapper'\nconst start = async () => {\n  await 1\n  throw ¦new Error('the true reason')\n}\nexport default { listen: () => wrap(start), close() {} }\n`,
    'node_modules/wrapper/package.json': '{ "type": "module", "exports": "./index.js" }',
    'node_modules/wrapper/index.js': `export async function wrap(f) {\n  try { await f() } catch (cause) { throw new Error('wrapped', { cause }) }\n}\n`,
  }),
  boot('a database that is down', /No database/, {
    'app.ts': `import { connect } from 'node:net'\nconst db = () => new Promise((_, reject) => connect(1, '127.0.0.1').on('error', reject))\nexport default {\n  async listen() {\n    await db().catch(cause => { throw ¦new Error('No database', { cause }) })\n  },\n  close() {},\n}\n`,
  }),
  boot('a rejection that nobody handles', /nobody handles/, {
    'app.ts': `export default {\n  listen() {\n    Promise.reject(¦new Error('nobody handles'))\n    return new Promise(() => {})\n  },\n  close() {},\n}\n`,
  }),
  runtime('an exception in a handler', /handler/, {
    'app.ts': `${HANDLER}export default handling(() => {\n  throw ¦new Error('handler')\n})\n`,
  }),
  runtime('an exception after an await', /later/, {
    'app.ts': `${HANDLER}async function find(id: number): Promise<string> {\n  await new Promise(r => setTimeout(r, 1))\n  throw ¦new TypeError('later ' + id)\n}\nexport default handling(async () => {\n  return await find(7)\n})\n`,
  }),
  runtime('an exception in a dependency', /dependency/, {
    'app.ts': `${HANDLER}import { parse } from 'parser'\nexport default handling(() => {\n  return ¦parse('x')\n})\n`,
    'node_modules/parser/package.json': '{ "type": "module", "exports": "./index.js" }',
    'node_modules/parser/index.js': `function inner() { throw new Error('dependency') }\nexport function parse() { inner() }\n`,
  }),
  runtime('an exception in a callback of Node.js', /callback/, {
    'app.ts': `${HANDLER}export default handling(() => {\n  return [3].map((n: number) => {\n    if (n > 2) throw ¦new Error('callback')\n    return n\n  })\n})\n`,
  }),
  runtime('an exception with causes', /outer/, {
    'app.ts': `${HANDLER}function low(): never {\n  throw new Error('inner')\n}\nexport default handling(() => {\n  try {\n    low()\n  } catch (cause) {\n    throw ¦new Error('outer', { cause })\n  }\n})\n`,
  }),
  runtime('SQL that the database refuses', /nmae/, {
    'app.ts': `${HANDLER}export default handling(() => {\n  throw Object.assign(¦new Error('column "nmae" does not exist'), {\n    code: '42703', position: '8', sql: 'select nmae from users',\n  })\n})\n`,
  }),
  runtime('an exception in a template', /toUpperCase/, {
    'app.ts': `${HANDLER}import { createViews } from '@arlen/view'\nconst views = createViews({ dir: import.meta.dirname + '/pages' })\nexport default handling(() => views.render('show', { user: {} }))\n`,
    'pages/show.html.ets': `<h1>User</h1>\n<p>\n  Hello <%= $user.name.¦toUpperCase() %>\n</p>\n`,
  }),
  runtime('an exception in a function that a template calls', /no price/, {
    'app.ts': `${HANDLER}import { createViews } from '@arlen/view'\nfunction price(): string {\n  throw ¦new Error('no price')\n}\nconst views = createViews({ dir: import.meta.dirname + '/pages', helpers: { price } })\nexport default handling(() => views.render('show'))\n`,
    'pages/show.html.ets': `<p><%= price() %></p>\n`,
  }),
  runtime('a template that does not compile', /never closed|unclosed|ends/, {
    'app.ts': `${HANDLER}import { createViews } from '@arlen/view'\nconst views = createViews({ dir: import.meta.dirname + '/pages' })\nexport default handling(() => views.render('show'))\n`,
    'pages/show.html.ets': `<h1>x</h1>\n<ul>\n  ¦<%= 1 + 1\n</ul>\n`,
  }),
  runtime('something thrown that is not an error', /"just a text" was thrown/, {
    'app.ts': `${HANDLER}export default handling(() => {\n  throw 'just a text'\n})\n`,
  }),
]

export const PACKAGES: Readonly<Record<string, string>> = {
  '@arlen/core': fileURLToPath(new URL('../../core', import.meta.url)),
  '@arlen/error-report': fileURLToPath(new URL('../../error-report', import.meta.url)),
  '@arlen/view': fileURLToPath(new URL('../../view', import.meta.url)),
}

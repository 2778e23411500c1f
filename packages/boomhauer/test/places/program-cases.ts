import type { Case } from '../code-frame-cases.ts'

/** A handler of `/` in an application of arlen. */
const handler = (body: string, head = '') => `import { createApp } from 'arlen'
${head}const app = createApp()
app.get('/', async c => {
${body}
})
export default app
`
/** The same, its location being where the route is added. */
const route = (body: string) => handler(body).replace('app.get', 'app.¦get')

const runtime = (name: string, message: RegExp, files: Case['files']): Case => {
  return { name, on: 'request', stage: 'runtime', message, files }
}
const config = (name: string, message: RegExp, files: Case['files']): Case => {
  return { name, on: 'build', stage: 'config', message, files }
}
/** A page whose template is broken. */
const page = (name: string, message: RegExp, template: string, more: Case['files'] = {}): Case =>
  runtime(name, message, {
    'app.ts': handler(`  return c.render('home', { user: {} })`),
    '/templates/home.html.ets': template,
    ...more,
  })

/** Mistakes that any program may have, and where they are looked for. */
export const PROGRAM_CASES: readonly Case[] = [
  runtime('an exception in a method of a class', /no method/, {
    'app.ts': handler(
      `  return new Cart().total()`,
      `class Cart {\n  total(): number {\n    throw ¦new Error('no method')\n  }\n}\n`,
    ),
  }),
  runtime('an exception in a getter', /no getter/, {
    'app.ts': handler(
      `  return { ...cart }`,
      `const cart = {\n  get total(): number {\n    throw ¦new Error('no getter')\n  },\n}\n`,
    ),
  }),
  runtime('an exception in a generator', /no generator/, {
    'app.ts': handler(
      `  return [...items()]`,
      `function* items() {\n  yield 1\n  throw ¦new Error('no generator')\n}\n`,
    ),
  }),
  runtime('an exception in an asynchronous generator', /no stream/, {
    'app.ts': handler(
      `  for await (const item of items()) c.log.debug(String(item))\n  return 'x'`,
      `async function* items() {\n  yield 1\n  throw ¦new Error('no stream')\n}\n`,
    ),
  }),
  runtime('an exception in a chain of promises', /no then/, {
    'app.ts': handler(`  return Promise.resolve(1).then(() => {\n    throw ¦new Error('no then')\n  })`),
  }),
  runtime('an exception of a timer that is awaited', /no timer/, {
    'app.ts': handler(
      `  await later()\n  return 'x'`,
      `const later = () => new Promise((_, reject) => setTimeout(() => reject(¦new Error('no timer')), 1))\n`,
    ),
  }),
  runtime('an exception three functions deep', /deep/, {
    'app.ts': handler(
      `  return a()`,
      `const a = () => b()\nconst b = () => d()\nconst d = () => {\n  throw ¦new Error('deep')\n}\n`,
    ),
  }),
  runtime('JSON that cannot be parsed', /JSON/, { 'app.ts': handler(`  return JSON.¦parse('{')`) }),
  runtime('an address that cannot be decoded', /URI malformed/, {
    'app.ts': handler(`  return ¦decodeURIComponent('%')`),
  }),
  runtime('an invalid address', /Invalid URL/, { 'app.ts': handler(`  return ¦new URL('x').href`) }),
  runtime('a property of null', /Cannot read properties of null/, {
    'app.ts': handler(`  const user = null as unknown as { name: string }\n  return user.¦name`),
  }),
  runtime('a call of what is not a function', /is not a function/, {
    'app.ts': handler(`  const go = undefined as unknown as () => string\n  return ¦go()`),
  }),
  runtime('a call of a method that does not exist', /go is not a function/, {
    'app.ts': handler(`  const user = {} as { go: () => string }\n  return user.¦go()`),
  }),
  runtime('a name that nobody declared', /missing is not defined/, {
    'app.ts': handler(`  // @ts-expect-error it is the mistake\n  return String(¦missing)`),
  }),
  runtime('an assertion that fails', /not equal|strictly equal/i, {
    'app.ts': handler(`  assert.¦equal(1, 2)\n  return 'x'`, `import assert from 'node:assert/strict'\n`),
  }),
  runtime('a file that is not there', /ENOENT/, {
    'app.ts': handler(`  return ¦readFileSync('/not/there', 'utf8')`, `import { readFileSync } from 'node:fs'\n`),
  }),
  runtime('a file that is not there, awaited', /ENOENT/, {
    'app.ts': route(
      `  const { readFile } = await import('node:fs/promises')\n  return await readFile('/not/there', 'utf8')`,
    ),
  }),
  runtime('a program that is not there', /ENOENT/, {
    'app.ts': handler(`  return ¦execFileSync('not-there')`, `import { execFileSync } from 'node:child_process'\n`),
  }),
  runtime('a service that does not answer', /fetch failed/, {
    'app.ts': handler(`  const answer = await ¦fetch('http://127.0.0.1:1/')\n  return answer.status`),
  }),
  runtime('a value that cannot be cloned', /could not be cloned/, {
    'app.ts': handler(`  return ¦structuredClone(() => 1)`),
  }),
  runtime('a listener of an event that throws', /no listener/, {
    'app.ts': handler(
      `  events.emit('sold')\n  return 'x'`,
      `import { EventEmitter } from 'node:events'\nconst events = new EventEmitter()\nevents.on('sold', () => {\n  throw ¦new Error('no listener')\n})\n`,
    ),
  }),
  runtime('several errors in one', /both failed/, {
    'app.ts': handler(`  throw ¦new AggregateError([new Error('a'), new Error('b')], 'both failed')`),
  }),
  runtime('promises of which none was kept', /All promises were rejected/, {
    'app.ts': handler(`  return await Promise.any([Promise.reject(¦new Error('one'))])`),
  }),
  runtime('an error of a class of its own', /sold out/, {
    'app.ts': handler(
      `  throw ¦new SoldOut('sold out')`,
      `class SoldOut extends Error {\n  override name = 'SoldOut'\n}\n`,
    ),
  }),
  runtime('an error without a stack trace', /no trace/, {
    'app.ts': route(`  const error = new Error('no trace')\n  delete error.stack\n  throw error`),
  }),
  runtime('undefined that is thrown', /undefined was thrown/, { 'app.ts': route(`  throw undefined`) }),
  runtime('a number that is thrown', /42 was thrown/, { 'app.ts': route(`  throw 42`) }),
  page('an exception in the code of a template', /no code/, `<ul>\n  <% throw ¦new Error('no code') %>\n</ul>\n`),
  page(
    'a property of undefined in a loop of a template',
    /Cannot read/,
    `<% for (const a of [1]) { %>\n<b><%= $user.name.¦length + a %></b>\n<% } %>\n`,
  ),
  page('an exception in a partial', /no partial/, `<p><%= include('part') %></p>\n`, {
    '/templates/part.html.ets': `<i>\n<% throw ¦new Error('no partial') %></i>\n`,
  }),
  page('an exception in a layout', /no layout/, `<%! layout: 'site' %><p>x</p>\n`, {
    '/templates/site.html.ets': `<main>\n<% throw ¦new Error('no layout') %></main>\n`,
  }),
  config('a misspelled group of settings', /htpp/, {
    'app.ts': handler(`  return 'x'`),
    '/config/app.ts': `export default {\n  ¦htpp: { port: 1 },\n}\n`,
  }),
  config('a misspelled group without settings', /sesion \(config\/app\.ts\): no such setting; did you mean session/, {
    'app.ts': handler(`  return 'x'`),
    '/config/app.ts': `export default {\n  ¦sesion: {},\n}\n`,
  }),
  config('two wrong settings, of which the first is shown', /prot/, {
    'app.ts': handler(`  return 'x'`),
    '/config/app.ts': `export default {\n  http: { ¦prot: 1 },\n  log: { level: 'loud' },\n}\n`,
  }),
  config('a name that is not defined in a file of the configuration', /missing is not defined/, {
    'app.ts': handler(`  return 'x'`),
    '/config/app.ts': `export default {\n  http: { port: ¦missing },\n}\n`,
  }),
]

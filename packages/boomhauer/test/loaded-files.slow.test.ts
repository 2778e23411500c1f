import { once } from 'node:events'
import { chmodSync, mkdirSync, renameSync, utimesSync } from 'node:fs'
import { expect, test } from 'vitest'
import { answering, serving, type TestServer } from './support.ts'

/** The causes of the builds that an action causes: it is followed by a change that certainly causes one. */
async function buildsOf(app: TestServer, action: () => unknown): Promise<string[]> {
  const causes: string[] = []
  const onBuilding = ({ paths }: { paths: readonly string[] }) => {
    causes.push(paths.map(path => path.slice(app.root.length + 1)).join(' '))
  }
  app.server.on('building', onBuilding)
  await action()
  // Whatever the action causes comes before what a later change causes, or in the same build.
  await app.save('app.ts', `${app.read('app.ts')}\n`)
  app.server.off('building', onBuilding)
  expect(causes.pop()).toBe('app.ts')
  return causes
}

/** Resolves once the watcher has dealt with every change so far: with a later one, which reloads a style sheet. */
async function changesSeen(app: TestServer): Promise<void> {
  const sheet = app.path('public/later.css')
  const { promise, resolve } = Promise.withResolvers<void>()
  const onChange = ({ paths }: { paths: readonly string[] }) => paths.includes(sheet) && resolve()
  app.server.on('reloaded', onChange).on('building', onChange)
  app.write('public/later.css', `p { order: ${changes++} }`)
  await promise
  app.server.off('reloaded', onChange).off('building', onChange)
}
let changes = 0

/** A package manager takes its time between two steps. */
const pause = () => new Promise(done => setTimeout(done, 200))

test('touch, chmod, a save of the same bytes and files that were not loaded cause no build', async () => {
  const app = await serving({
    'app.ts': `import { a } from './src/a.ts'\n${answering('ok')}export { a }\n`,
    'src/a.ts': 'export const a = 1\n',
    'src/unloaded.js': 'export const b = 1\n',
    'data/list.json': '[]',
    'public/later.css': '',
  })
  await app.get()
  const causes = await buildsOf(app, async () => {
    const at = new Date(Date.now() + 9_000)
    for (const name of ['src/a.ts', 'data/list.json', 'package.json']) {
      utimesSync(app.path(name), at, at)
      chmodSync(app.path(name), 0o600)
      app.write(name, app.read(name))
      app.write('.new', app.read(name))
      renameSync(app.path('.new'), app.path(name))
    }
    app.write('src/unloaded.js', 'export const b = 2\n')
    app.write('src/new.js', 'export const c = 2\n')
    for (let i = 0; i < 5; i++) app.write(`uploads/${i}.json`, '{}')
    for (let i = 0; i < 5; i++) app.write(`inbox/${i}.json`, '{}')
    await changesSeen(app)
    app.write('inbox/1.json', '{ "seen": true }')
  })
  expect(causes).toEqual([])
  expect((await app.get()).body).toBe('ok')
})

test('modules that were loaded are followed, also in folders that are left out otherwise', async () => {
  const names = ['src/logs/a.ts', 'src/tmp/a.ts', 'src/dist/a.ts', 'src/coverage/a.ts', 'dist/a.js', 'tmp/a.ts']
  const text = (text: string) => `export const text = '${text}'\n`
  const imports = names.map((name, i) => `import { text as text${i} } from './${name}'`).join('\n')
  const app = await serving({
    'app.ts': `${imports}\nimport { servable } from './servable.js'
export default servable((req, res) => res.end([${names.map((_, i) => `text${i}`)}].join(' ')))\n`,
    ...Object.fromEntries(names.map(name => [name, text('one')])),
  })
  expect((await app.get()).body).toBe('one one one one one one')
  for (const [i, name] of names.entries()) {
    expect([name, await app.save(name, text(`two${i}`))]).toEqual([name, 'ready'])
    expect((await app.get()).body).toContain(`two${i}`)
  }
})

test('a module that a request loads is followed from then on', async () => {
  const app = await serving({
    'app.ts': `import { servable } from './servable.js'
export default servable(async (req, res) => res.end((await import('./late.js')).text))\n`,
    'late.js': `export const text = 'one'\n`,
  })
  expect((await app.get()).body).toBe('one')
  // It is reported a moment after it was loaded.
  const building = once(app.server, 'building')
  const saving = setInterval(() => app.write('late.js', `export const text = 'two' // ${Math.random()}\n`), 30)
  await building
  clearInterval(saving)
  expect((await app.get()).body).toBe('two')
})

test('data that the application reads by itself restarts it', async () => {
  const app = await serving({
    'app.ts': `import { readFileSync } from 'node:fs'\nimport { servable } from './servable.js'
const text = readFileSync(import.meta.dirname + '/data/list.json', 'utf8')\nexport default servable((req, res) => res.end(text))\n`,
    'data/list.json': '[1]',
  })
  expect((await app.get()).body).toBe('[1]')
  expect(await app.save('data/list.json', '[2]')).toBe('ready')
  expect((await app.get()).body).toBe('[2]')
})

test('an application that writes a file at every start is built at most three times for it, with a notice', async () => {
  const app = await serving({
    'app.ts': `import { mkdirSync, writeFileSync } from 'node:fs'
mkdirSync(import.meta.dirname + '/data', { recursive: true })
writeFileSync(import.meta.dirname + '/data/state.json', String(process.hrtime.bigint()))\n${answering('ok')}`,
    'data/state.json': '0',
    'public/later.css': '',
  })
  const builds: string[] = []
  app.server.on('building', ({ build }) => builds.push(build))
  const [{ id, diagnostics }] = await once(app.server, 'notice')
  expect(id).toBe('watcher')
  expect(diagnostics[0]).toMatchObject({ file: 'data/state.json', hint: expect.stringContaining('--ignore') })
  expect((await app.get()).body).toBe('ok')
  expect(builds.length).toBeLessThanOrEqual(3)
  expect(await buildsOf(app, () => changesSeen(app))).toEqual([])
})

test.each([
  [{ watch: ['content', 'locales/*.po'] }, {}],
  [{}, { settings: `[{ path: ['boomhauer', 'watch'], value: ['content', 'locales/*.po'], source: 'config/app.ts' }]` }],
])('files that settings name restart it: %j %j', async (options, { settings = '[]' }: { settings?: string }) => {
  const app = await serving(
    {
      'app.ts': `import { readFileSync } from 'node:fs'\nimport { servable } from './servable.js'
const text = readFileSync(import.meta.dirname + '/content/deep/a.md', 'utf8')
export default { ...servable((req, res) => res.end(text)), settings: ${settings} }\n`,
      'content/deep/a.md': 'one',
      'locales/de.po': 'one',
      'notes.md': 'one',
    },
    options,
  )
  expect((await app.get()).body).toBe('one')
  for (const text of ['two', 'three', 'four', 'five']) {
    expect(await app.save('content/deep/a.md', text)).toBe('ready')
    expect((await app.get()).body).toBe(text)
  }
  expect(await app.save('locales/de.po', 'two')).toBe('ready')
  expect(await buildsOf(app, () => app.write('notes.md', 'two'))).toEqual([])
})

test('a script of the pages reloads them and restarts nothing', async () => {
  const app = await serving({ 'app.ts': answering('ok'), 'public/app.js': 'one()' })
  await app.get()
  const { pid } = app.server
  const reloaded = once(app.server, 'reloaded')
  app.write('public/app.js', 'two()')
  expect(await reloaded).toEqual([{ effect: 'reload', paths: [app.path('public/app.js')] }])
  expect(app.server.pid).toBe(pid)
})

test('an installation of packages is one build', async () => {
  const app = await serving({
    'app.ts': `import { text } from 'lib'\nimport { servable } from './servable.js'\nexport default servable((req, res) => res.end(text))\n`,
    'node_modules/lib/package.json': '{ "type": "module", "exports": "./index.js" }',
    'node_modules/lib/index.js': `export const text = 'one'\n`,
    'node_modules/.package-lock.json': '{ "packages": 1 }',
  })
  expect((await app.get()).body).toBe('one')
  const causes = await buildsOf(app, async () => {
    const building = once(app.server, 'building')
    // As npm does it: the mark goes first and comes last, then the files of the root are written.
    app.remove('node_modules/.package-lock.json')
    await pause()
    app.remove('node_modules/lib')
    mkdirSync(app.path('node_modules/lib'))
    await pause()
    app.write('node_modules/lib/package.json', '{ "type": "module", "exports": "./index.js" }')
    app.write('node_modules/lib/index.js', `export const text = 'two'\n`)
    app.write('node_modules/.package-lock.json', '{ "packages": 2 }')
    await pause()
    app.write('package-lock.json', '{ "packages": 2 }')
    app.write('package.json', '{ "type": "module", "dependencies": { "lib": "2" } }')
    await building
  })
  expect(causes).toEqual(['node_modules/.package-lock.json'])
  expect((await app.get()).body).toBe('two')
})

test('a missing module is noticed when it comes, even in a folder that is otherwise left out', async () => {
  const app = await serving({ 'app.ts': `import './dist/made.js'\n${answering('ok')}` })
  expect((await app.get()).status).toBe(500)
  expect(await app.save('dist/made.js', 'export {}\n')).toBe('ready')
})

test('requests that came with a change that was none are answered by the process that runs', async () => {
  const app = await serving({ 'app.ts': answering('ok') })
  await app.get()
  const { pid } = app.server
  // Emptied and filled again: for a moment it is a change.
  for (let i = 0; i < 10; i++) {
    app.write('app.ts', '')
    app.write('app.ts', answering('ok'))
    expect((await app.get()).body).toBe('ok')
  }
  expect(app.server.pid).toBe(pid)
})

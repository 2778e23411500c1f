import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** An application in a folder of its own, whose `/version` answers what was saved last. */
export interface Application {
  root: string
  save(version: string): void
  /** Saves a template, which `/page` renders; undefined if there is none. */
  saveTemplate: ((version: string) => void) | undefined
  /** Saves a file that cannot be loaded. */
  break(): void
  remove(): void
}

const SHOP = join(import.meta.dirname, '../../apps/strickland')

/** A server of one file over node:http. */
const SMALL = `import { createServer } from 'node:http'
import { version } from './version.ts'
const server = createServer((req, res) => res.end(version))
export default {
  listen: ({ path, port }: { path?: string; port?: number }) =>
    new Promise(done => server.listen(path ?? { port, host: '127.0.0.1' }, () => done({ address: '', port: 0 }))),
  close: () => new Promise(done => server.close(done)),
}
`

/** What plain watchers run: the module listens for itself. */
const MAIN = `import app from './app.ts'
const stop = () => app.close({ graceMs: 250 }).then(() => process.exit())
process.once('SIGTERM', stop).once('SIGINT', stop)
await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' })
`

/** An application of arlen with so many routes, each in a module of its own, and a template. */
const routed = (count: number) => `import { createApp } from 'arlen'
import { version } from './version.ts'
${Array.from({ length: count }, (_, i) => `import { route${i} } from './routes/route${i}.ts'`).join('\n')}
const app = createApp()
app.get('/version', c => c.text(version))
app.get('/page', c => c.render('page', {}))
${Array.from({ length: count }, (_, i) => `route${i}(app)`).join('\n')}
export default app
`
const route = (i: number) => `import type { App } from 'arlen'
import * as v from 'valibot'
const Query = v.object({ page: v.optional(v.pipe(v.string(), v.toNumber(), v.integer(), v.minValue(1)), '1') })
export function route${i}(app: App): void {
  app.get('/things${i}/:id', { name: 'thing${i}', query: Query }, c => ({ id: c.params.id, page: c.valid.query.page }))
}
`

/** A file over node:http, applications with so many routes, and the shop. */
export const APPLICATIONS = ['one file', '1 route', '50 routes', '300 routes', 'shop'] as const
export type Kind = (typeof APPLICATIONS)[number]

export function makeApplication(kind: Kind): Application {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'arlen-bench-development-')))
  const write = (name: string, text: string) => writeFileSync(join(root, name), text)
  if (kind === 'shop') {
    const skipped = new Set(['node_modules', '.arlen', 'test'].map(name => join(SHOP, name)))
    cpSync(SHOP, root, { recursive: true, filter: path => !skipped.has(path) })
    symlinkSync(join(SHOP, 'node_modules'), join(root, 'node_modules'))
    cpSync(join(SHOP, 'app.ts'), join(root, 'shop.ts'))
    write(
      'app.ts',
      `import app from './shop.ts'\nimport { version } from './version.ts'\napp.get('/version', c => c.text(version))\nexport default app\n`,
    )
  } else {
    write('package.json', '{ "type": "module" }')
    const count = /^(\d+) routes?$/.exec(kind)?.[1]
    write('app.ts', count === undefined ? SMALL : routed(Number(count)))
    for (const folder of ['routes', 'templates']) mkdirSync(join(root, folder))
    for (let i = 0; i < Number(count ?? 0); i++) write(`routes/route${i}.ts`, route(i))
    if (count !== undefined) symlinkSync(join(import.meta.dirname, '../node_modules'), join(root, 'node_modules'))
  }
  const saveTemplate = (version: string) => write('templates/page.html.ets', `${version}\n`)
  if (kind.includes('route')) saveTemplate('first')
  write('main.ts', MAIN)
  const save = (version: string) => write('version.ts', `export const version: string = '${version}'\n`)
  save('first')
  return {
    root,
    save,
    saveTemplate: kind.includes('route') ? saveTemplate : undefined,
    break: () => write('version.ts', `export const version: string = 'broken\n`),
    remove: () => rmSync(root, { recursive: true, force: true }),
  }
}

import { cpSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** An application in a folder of its own, whose `/version` answers what was saved last. */
export interface Application {
  root: string
  save(version: string): void
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

export const APPLICATIONS = ['small', 'shop'] as const

export function makeApplication(kind: (typeof APPLICATIONS)[number]): Application {
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
    write('app.ts', SMALL)
  }
  write('main.ts', MAIN)
  const save = (version: string) => write('version.ts', `export const version: string = '${version}'\n`)
  save('first')
  return {
    root,
    save,
    break: () => write('version.ts', `export const version: string = 'broken\n`),
    remove: () => rmSync(root, { recursive: true, force: true }),
  }
}

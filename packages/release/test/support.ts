import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { seal } from '../src/build/seal.ts'
import { describeEntry, listFiles } from '../src/manifest/list-files.ts'
import { type Manifest, manifestText, type ReleaseMigration } from '../src/manifest/manifest.ts'
import { removeTree } from '../src/target/target-folder.ts'

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'arlen-release-'))
  onTestFinished(() => removeTree(dir))
  return dir
}

export function writeFiles(dir: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true })
    writeFileSync(join(dir, path), text)
  }
}

// Built, for releases run what is built.
const ARLEN = fileURLToPath(new URL('../../cli/dist/bin.js', import.meta.url))

/**
 * Stands for the program of a release. `start` listens on the socket it is given and answers what the file `answers.json` says, by
 * path; `reload` prints what the file `shared/reload.json` of the target says, or that nothing runs; `status` the next of the list
 * for this release in `shared/status.json`, and the last of them again and again.
 */
const PROGRAM = `#!/usr/bin/env node
const ARLEN = ${JSON.stringify(ARLEN)}
const fs = require('node:fs')
const path = require('node:path')
const root = path.dirname(path.dirname(fs.realpathSync(process.argv[1])))
const [command, ...args] = process.argv.slice(2)
if (command === 'release') {
  process.argv[1] = ARLEN
  import(require('node:url').pathToFileURL(ARLEN).href)
} else if (command === 'reload') {
  const file = path.join(root, '../../shared/reload.json')
  const id = path.basename(root)
  const all = fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, 'utf8')) : {}
  fs.appendFileSync(path.join(root, '../../shared/reloads'), id + '\\n')
  console.log(JSON.stringify(all[id] ?? { ok: false, error: { code: 'propane_not_running', message: 'nothing runs' } }))
} else if (command === 'status') {
  const file = path.join(root, '../../shared/status.json')
  const all = fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, 'utf8')) : {}
  const list = all[path.basename(root)] ?? []
  const next = list.length > 1 ? list.shift() : list[0]
  if (list.length > 0) fs.writeFileSync(file, JSON.stringify(all))
  console.log(JSON.stringify(next ?? { ok: false, error: { code: 'propane_not_running', message: 'nothing runs' } }))
} else {
  const answers = JSON.parse(fs.readFileSync(path.join(root, 'answers.json'), 'utf8'))
  console.error('the program starts')
  if (answers.exit !== undefined) process.exit(answers.exit)
  require('node:http')
    .createServer((request, response) => {
      const [status, body] = answers[request.url] ?? [404, 'nothing here']
      response.writeHead(status).end(body)
    })
    .listen(args[args.indexOf('--socket-path') + 1])
}
`

export interface FakeRelease {
  id: string
  /** Status and text by path, or the exit code with which it ends at once. */
  answers?: Record<string, unknown>
  migrations?: readonly (Pick<ReleaseMigration, 'file' | 'phase'> & { sql: string })[]
  manifest?: Partial<Manifest>
  files?: Readonly<Record<string, string>>
}

/** Writes a release as a build would, around a program that does what a test wants. Returns its folder. */
export async function writeRelease(releases: string, release: FakeRelease): Promise<string> {
  const { id, answers = { '/readyz': [200, 'ok'] }, migrations = [], manifest, files = {} } = release
  const dir = join(releases, id)
  writeFiles(dir, {
    'package.json': '{}',
    'bin/app': PROGRAM,
    'answers.json': JSON.stringify(answers),
    'config/app.js': 'module.exports.default = { apiOnly: true }\n',
    ...Object.fromEntries(migrations.map(({ file, sql }) => [`db/migrations/${file}`, sql])),
    ...files,
  })
  chmodSync(join(dir, 'bin/app'), 0o755)
  const time = new Date('2026-11-29T12:00:00Z')
  await seal(dir, time)
  const text = manifestText({
    formatVersion: 1,
    id,
    application: { name: 'shop', version: '1.0.0' },
    commit: { id: 'a'.repeat(40), time: time.toISOString(), dirty: false },
    node: { range: '>=22', checked: process.versions.node },
    arlen: {},
    platforms: [],
    migrations: migrations.map(({ file, phase }) => {
      const [, version = '', name = ''] = /^(\d+)_(\w+)\.sql$/.exec(file)!
      return { version, name, file, phase }
    }),
    files: Object.fromEntries(listFiles(dir).map(path => [path, describeEntry(dir, path)])),
    ...manifest,
  })
  chmodSync(dir, 0o755)
  writeFileSync(join(dir, 'manifest.json'), text)
  return dir
}

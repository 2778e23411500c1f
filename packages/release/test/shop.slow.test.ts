import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createTestDatabase } from '@arlen/pg/testing'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import {
  archiveRelease,
  type BuiltRelease,
  buildRelease,
  initTarget,
  type Manifest,
  verifyRelease,
} from '../src/index.ts'
import { manifestText } from '../src/manifest/manifest.ts'
import { removeTree } from '../src/target/target-folder.ts'
import { bundlePackages } from './bundle-packages.ts'
import { temporaryFolder } from './support.ts'

const SHOP = fileURLToPath(new URL('../../../apps/strickland', import.meta.url))
const ARLEN = fileURLToPath(new URL('../../cli/dist/bin.js', import.meta.url))
const SECRETS = { ARLEN_SESSION_SECRETS: 'a-secret-of-forty-characters-for-tests-only' }

/** Five builds' time on a busy machine. */
const LONG_MS = 600_000

let first: BuiltRelease
let folder: string

beforeAll(async () => {
  bundlePackages()
  folder = execFileSync('mktemp', ['-d'], { encoding: 'utf8' }).trim()
  first = await buildRelease({ root: SHOP, outDir: join(folder, 'releases'), allowDirty: true })
  return () => removeTree(folder)
}, LONG_MS)

/** A PATH with nothing but Node.js. */
function bareEnvironment(extra: Record<string, string>): Record<string, string> {
  const bin = temporaryFolder()
  symlinkSync(process.execPath, join(bin, 'node'))
  chmodSync(bin, 0o755)
  return { PATH: bin, ...extra }
}

/** Who runs a release: not root, where these tests are root. */
const someone = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {}

test('a second build, in another folder, is the same bytes, and so is its archive', { timeout: LONG_MS }, async () => {
  const outDir = join(temporaryFolder(), 'deeper/down')
  const second = await buildRelease({ root: SHOP, outDir, allowDirty: true })
  expect(spawnSync('diff', ['-r', first.dir, second.dir], { encoding: 'utf8' }).stdout).toBe('')
  const archives = [await archiveRelease(first.dir), await archiveRelease(second.dir)]
  const [a, b] = archives.map(({ file }) => readFileSync(file))
  expect(a!.equals(b!)).toBe(true)
  expect(await buildRelease({ root: SHOP, outDir, allowDirty: true })).toMatchObject({ existed: true })
})

test('has no types, no development dependencies, no paths of this machine; and is read-only', async () => {
  const { files, arlen, migrations } = await verifyRelease(first.dir)
  const paths = Object.keys(files)
  expect(paths.filter(path => /\.ts$/.test(path))).toEqual([])
  expect(paths).toContain('templates/home.html.ets.js')
  expect(paths).toContain('public/css/shop.css.br')
  expect(paths.filter(path => /node_modules\/(?:vitest|typescript|@arlen\/testing)\//.test(path))).toEqual([])
  expect(Object.keys(arlen)).toContain('@arlen/cli')
  expect(migrations.length).toBeGreaterThan(5)
  expect(spawnSync('grep', ['-rlF', SHOP, first.dir], { encoding: 'utf8' }).stdout).toBe('')
  expect(spawnSync('find', [first.dir, '-perm', '/222', '!', '-type', 'l'], { encoding: 'utf8' }).stdout).toBe('')
})

test('runs with Node.js alone, as an ordinary user, on a folder that may not be written', () => {
  chmodSync(folder, 0o755)
  const env = bareEnvironment({ ...SECRETS, DATABASE_URL: 'postgres://x@127.0.0.1:1/x' })
  const run = (...args: string[]) =>
    spawnSync(join(first.dir, 'bin/app'), args, { env, cwd: '/', encoding: 'utf8', ...someone })
  const routes = run('routes')
  expect(routes.stdout, routes.stderr).toMatch(/GET +\/cart/)
  expect(run('--help').stdout).toContain('migrate')
  const check = run('check')
  expect(check.status, check.stdout + check.stderr).toBe(0)
  const config = run('config')
  expect(config.status, config.stdout + config.stderr).toBe(0)
  expect(run('config').stdout).not.toContain(SECRETS.ARLEN_SESSION_SECRETS)
})

test('a signal that comes while it loads is not lost', async () => {
  const env = bareEnvironment({
    ...SECRETS,
    DATABASE_URL: 'postgres://x@127.0.0.1:1/x',
    XDG_RUNTIME_DIR: temporaryFolder(),
  })
  const child = spawn(join(first.dir, 'bin/app'), ['start', '--port', '0'], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const output: string[] = []
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', text => output.push(text))
  const ended = once(child, 'close')
  // Waits until its SIGHUP listener exists, before anything else is loaded. No event tells of that, so the kernel is asked.
  while (!/^SigCgt:\s*\w*[13579bdf]$/m.test(readFileSync(`/proc/${child.pid}/status`, 'utf8'))) await sleep(1)
  child.kill('SIGTERM')
  const [code, signal] = await ended
  expect([code, signal, output.join('')]).toEqual([0, null, expect.stringContaining('stopping')])
})

describe('on a target', () => {
  test('it is rolled out and back under load, and no request is lost', { timeout: LONG_MS }, async () => {
    const database = await createTestDatabase()
    onTestFinished(() => database.drop())
    const target = temporaryFolder()
    await initTarget(target)
    writeFileSync(join(target, 'shared/env'), `DATABASE_URL=${database.dsn}\n${SECRETS_LINE}PORT=0\n`)
    const releases = [first.dir, await otherRelease()]
    expect(await arlenRelease('activate', releases[0]!, '--target', target)).toContain('Applied 0001_catalog.sql')

    const socket = join(target, 'shared/http.sock')
    const args = [
      'start',
      '--workers',
      '2',
      '--socket-path',
      socket,
      '--control-socket',
      join(target, 'shared/control.sock'),
    ]
    const child = spawn(join(target, 'current/bin/app'), args, { stdio: ['ignore', 'pipe', 'pipe'] })
    onTestFinished(async () => {
      child.kill('SIGTERM')
      await new Promise(resolve => child.once('exit', resolve))
    })
    await saying(child, 'serving on')
    expect(await get(socket, '/readyz')).toBe(200)

    const load = { done: false, answered: 0, lost: [] as string[] }
    const clients = Array.from({ length: 4 }, async () => {
      while (!load.done) {
        const status = await get(socket, '/').catch((error: Error) => error.message)
        if (status === 200) load.answered++
        else load.lost.push(String(status))
      }
    })
    const reload = `current/bin/app reload --control-socket ${join(target, 'shared/control.sock')}`
    await arlenRelease('activate', releases[1]!, '--target', target, '--reload', reload)
    await arlenRelease('rollback', '--target', target, '--reload', reload)
    load.done = true
    await Promise.all(clients)
    expect(load.lost).toEqual([])
    expect(load.answered).toBeGreaterThan(20)
  })
})

const SECRETS_LINE = `ARLEN_SESSION_SECRETS=${SECRETS.ARLEN_SESSION_SECRETS}\n`

/** Runs `arlen release`, as it is installed. Resolves with its output. */
async function arlenRelease(...args: string[]): Promise<string> {
  const child = spawn(process.execPath, [ARLEN, 'release', ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  const output: string[] = []
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', text => output.push(text))
  const [code] = await once(child, 'close')
  expect(code, output.join('')).toBe(0)
  return output.join('')
}

/** Resolves when a process has said some words; rejects when it ends before. */
function saying(child: ChildProcess, words: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = ''
    for (const stream of [child.stdout!, child.stderr!]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        said += text
        if (said.includes(words)) resolve()
      })
    }
    child.once('close', code => reject(new Error(`it ended with ${code}: ${said}`)))
  })
}

/** The same release under another id. */
async function otherRelease(): Promise<string> {
  const dir = join(temporaryFolder(), 'other')
  mkdirSync(dir, { recursive: true })
  const copy = join(dir, '20990101T000000Z-other')
  cpSync(first.dir, copy, { recursive: true, verbatimSymlinks: true })
  const file = join(copy, 'manifest.json')
  const manifest = JSON.parse(readFileSync(file, 'utf8')) as Manifest
  chmodSync(copy, 0o755)
  rmSync(file)
  writeFileSync(file, manifestText({ ...manifest, id: '20990101T000000Z-other' }))
  expect(readdirSync(copy)).toContain('manifest.json')
  return copy
}

/** The status of an answer, once its body has come whole. */
function get(socketPath: string, path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    request({ socketPath, path, headers: { host: 'localhost' } }, response => {
      response.on('end', () => resolve(response.statusCode!))
      response.on('error', reject)
      response.resume()
    })
      .on('error', reject)
      .end()
  })
}

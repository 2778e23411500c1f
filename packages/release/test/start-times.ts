// What the shop takes from its start to its first good answer: from source, as a release, with a cache of compiled code, and bundled
// into one file. In turns, so that other work of the machine is the same for all; processor time is hardly changed by it. Prints the
// medians of docs/releases.md; run by hand.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createTestDatabase } from '@arlen/pg/testing'
import { rolldown } from 'rolldown'
import { unseal } from '../src/build/seal.ts'
import { buildRelease } from '../src/index.ts'
import { removeTree } from '../src/target/target-folder.ts'
import { bundlePackages } from './bundle-packages.ts'

const ROUNDS = Number(process.env.ROUNDS ?? 11)
const SHOP = join(import.meta.dirname, '../../../apps/strickland')

const folder = mkdtempSync(join(tmpdir(), 'arlen-start-'))
const database = await createTestDatabase({ migrations: join(SHOP, 'db/migrations') })
try {
  bundlePackages()
  const began = performance.now()
  const { dir } = await buildRelease({ root: SHOP, outDir: join(folder, 'releases'), allowDirty: true })
  console.log(`built in ${((performance.now() - began) / 1000).toFixed(1)} s`)
  const variants: Record<string, Start> = {
    source: { root: await fromSource(dir) },
    release: { root: dir },
    cached: { root: dir, env: { NODE_COMPILE_CACHE: join(folder, 'cache') } },
    bundled: { root: await inOneFile(dir) },
  }
  const times: Record<string, Times[]> = {}
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [name, start] of Object.entries(variants)) {
      const found = await timeToReady(start)
      // The first round fills caches, of files and of compiled code.
      if (round > 0) times[name] = [...(times[name] ?? []), found]
    }
  }
  for (const [name, list] of Object.entries(times)) {
    const [wall, processor] = (['wallMs', 'processorMs'] as const).map(key => median(list.map(each => each[key])))
    console.log(`${name.padEnd(10)} ${wall} ms, ${processor} ms of the processor`)
  }
} finally {
  await database.drop()
  await removeTree(folder)
}

interface Start {
  root: string
  env?: Record<string, string>
}

/** The shop as it is written, with the packages of the release. */
async function fromSource(dir: string): Promise<string> {
  const root = join(folder, 'source')
  mkdirSync(root)
  for (const name of ['app.ts', 'config', 'db', 'package.json', 'public', 'src', 'templates']) {
    cpSync(join(SHOP, name), join(root, name), { recursive: true })
  }
  cpSync(join(dir, 'node_modules'), join(root, 'node_modules'), { recursive: true })
  return root
}

/** A release whose application and packages are one file, but for what is loaded by its name. */
async function inOneFile(dir: string): Promise<string> {
  const root = join(folder, 'bundled')
  cpSync(dir, root, { recursive: true, verbatimSymlinks: true })
  await unseal(root)
  const build = await rolldown({
    input: join(dir, 'app.js'),
    platform: 'node',
    external: id => id.endsWith('.node') || /^@node-rs\//.test(id),
    logLevel: 'silent',
  })
  rmSync(join(root, 'app.js'))
  await build.write({ dir: root, entryFileNames: 'app.js', chunkFileNames: 'chunks/[name]-[hash].js', minify: true })
  await build.close()
  return root
}

interface Times {
  wallMs: number
  processorMs: number
}

function median(values: readonly number[]): number {
  return Math.round(values.toSorted((a, b) => a - b)[values.length >> 1]!)
}

/** The processor time of a process and all below it, in milliseconds. */
function processorTime(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ')
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean)
  // utime, stime, and those of children that have ended, in ticks of 10 ms.
  const own = [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index]), 0) * 10
  return children.reduce((sum, child) => sum + processorTime(Number(child)), own)
}

async function timeToReady({ root, env = {} }: Start): Promise<Times> {
  const socket = join(folder, 'http.sock')
  rmSync(socket, { force: true })
  const cli = join(root, 'node_modules/@arlen/cli')
  const bin = globSync(join(cli, 'dist/**/bin.js'))[0]!
  const launcher = join(root, 'bin/app')
  const program = existsSync(launcher) ? [launcher, 'start'] : [bin, 'propane', '--root', root]
  const options = ['--workers', '1', '--socket-path', socket, '--control-socket', join(folder, 'control.sock')]
  const began = performance.now()
  const child = spawn(process.execPath, [...program, ...options, '--pre-stop-delay=0'], {
    cwd: root,
    env: {
      PATH: process.env.PATH,
      DATABASE_URL: database.dsn,
      ARLEN_ENV: 'production',
      NODE_ENV: 'production',
      ARLEN_SESSION_SECRETS: 'a-secret-of-forty-characters-for-tests-only',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let log = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (log += String(chunk)))
  while ((await status(socket)) !== 200) {
    if (child.exitCode !== null) throw new Error(`${root} did not start: ${log}`)
    await sleep(2)
  }
  const times = { wallMs: performance.now() - began, processorMs: processorTime(child.pid!) }
  child.kill('SIGTERM')
  await once(child, 'close')
  return times
}

function status(socketPath: string): Promise<number> {
  return new Promise(resolve => {
    request({ socketPath, path: '/readyz', headers: { host: 'localhost' } }, response => {
      response.resume().on('end', () => resolve(response.statusCode!))
    })
      .on('error', () => resolve(0))
      .end()
  })
}

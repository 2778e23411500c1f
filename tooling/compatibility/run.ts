/**
 * Runs real frameworks under propane, as their users do: starts each, reloads it under load, stops it, and writes the table
 * in docs/compatibility.md. `make compatibility`, or with names: `make compatibility WHAT='Express Nuxt'`.
 */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { FRAMEWORKS, type Framework } from './frameworks.ts'
import { type Loss, underLoad } from './load.ts'

const ROOT = path.join(import.meta.dirname, '..', '..')
const BIN = path.join(ROOT, 'packages', 'propane', 'src', 'bin.ts')
const PAGE = path.join(ROOT, 'docs', 'compatibility.md')
const RELOADS = 3

interface Row {
  name: string
  version: string
  /** One line: `yes`, or what failed. */
  outcome: string
}

const wanted = process.argv.slice(2)
const names = Object.keys(FRAMEWORKS).filter(
  name => wanted.length === 0 || wanted.some(word => name.toLowerCase().includes(word.toLowerCase())),
)
const rows: Row[] = []
for (const name of names) {
  const row = await tryOne(name, FRAMEWORKS[name]!)
  console.log(`${row.name} ${row.version}: ${row.outcome}`)
  rows.push(row)
  writePage([row]) // at once, for a run that is interrupted
}
const failed = rows.filter(({ outcome }) => !outcome.startsWith('yes'))
console.log(`${rows.length - failed.length} of ${rows.length} frameworks run under propane`)
process.exitCode = failed.length === 0 ? 0 : 1

async function tryOne(name: string, framework: Framework): Promise<Row> {
  const folder = mkdtempSync(path.join(tmpdir(), 'propane-compatibility-'))
  let version = ''
  try {
    install(folder, framework)
    version = versionOf(folder, framework.packages[0]!)
    return { name, version, outcome: await run(folder, framework) }
  } catch (error) {
    return { name, version, outcome: `**no**: ${(error as Error).message.split('\n', 1)[0]}` }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function install(folder: string, { packages, overrides, files, build = [], env }: Framework): void {
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module', overrides }))
  execute(folder, 'npm', ['install', '--no-audit', '--no-fund', '--legacy-peer-deps', '--loglevel=error', ...packages])
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true })
    writeFileSync(path.join(folder, file), text)
  }
  for (const args of build) execute(folder, process.execPath, args, { ...env, NODE_ENV: 'production' })
}

function execute(cwd: string, command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): void {
  const { status, stderr, stdout } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    timeout: 900_000,
    env: { ...process.env, CI: '1', NEXT_TELEMETRY_DISABLED: '1', NUXT_TELEMETRY_DISABLED: '1', ...env },
  })
  if (status === 0) return
  const line = `${stderr}\n${stdout}`.split('\n').find(each => /error/i.test(each)) ?? `exit code ${status}`
  throw new Error(`${[path.basename(command), ...args.slice(0, 2)].join(' ')} failed: ${line.trim()}`)
}

function versionOf(folder: string, name: string): string {
  const module = name.replace(/(?<=.)@.*$/, '')
  const file = path.join(folder, 'node_modules', module, 'package.json')
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version : ''
}

async function run(folder: string, { app, answers, stops, env }: Framework): Promise<string> {
  const args = [path.join(folder, app), '--workers', '2', '--port', '0', '--log-format', 'text', '--idle-window', '5s']
  const child = spawn(process.execPath, ['--conditions=@arlen/source', BIN, ...args, '--control-socket', 'off'], {
    cwd: folder,
    env: { ...process.env, ...env, NODE_OPTIONS: '', ARLEN_PROPANE_PRE_STOP_DELAY: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let log = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', chunk => {
      log += String(chunk)
    })
  }
  const ended = new Promise<number | null>(resolve => child.once('close', code => resolve(code)))
  const seen = async (pattern: RegExp) => {
    for (const until = performance.now() + 90_000; performance.now() < until; ) {
      const match = pattern.exec(log)
      if (match) return match
      if (child.exitCode !== null) break
      await new Promise(resolve => setTimeout(resolve, 20))
    }
    throw new Error(`${lastLine(log)} (waited for ${pattern.source})`)
  }
  try {
    const [, url = ''] = await seen(/serving on (http\S+)/)
    const text = await (await fetch(url)).text()
    if (!text.includes(answers)) throw new Error(`GET / was answered with ${text.slice(0, 60)}`)
    const loss = await underLoad(url, async () => {
      for (let count = 1; count <= RELOADS; count++) {
        child.kill('SIGHUP')
        await seen(new RegExp(`reloaded in .*: generation ${count + 1}\\b`))
      }
    })
    const before = log.length
    child.kill('SIGTERM')
    const code = await ended
    if (code !== 0) throw new Error(`it stopped with ${code}: ${lastLine(log)}`)
    if (!log.slice(before).includes(stops)) throw new Error(`it did not write ${stops} when it stopped`)
    return outcomeOf(loss)
  } finally {
    if (child.exitCode === null) child.kill('SIGKILL')
    await ended
  }
}

function outcomeOf({ answered, lost, errors }: Loss): string {
  if (lost.length > 0) return `**no**: ${lost.length} of ${answered + lost.length} requests lost (${lost[0]})`
  if (errors > 0) return `**no**: ${errors} answers of 5xx`
  return `yes: 0 of ${answered} requests lost`
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? ''
}

/** Replaces the rows of the tested frameworks; others stay. */
function writePage(tried: readonly Row[]): void {
  const date = new Date().toISOString().slice(0, 10)
  const page = readFileSync(PAGE, 'utf8')
  const [start, end] = ['<!-- frameworks -->\n', '<!-- end -->']
  const at = page.indexOf(start) + start.length
  const table = page.slice(at, page.indexOf(end))
  const lines = new Map([...table.matchAll(/^\| ([^|]+?) \|.*$/gm)].map(([line, name]) => [name!, line] as const))
  for (const { name, version, outcome } of tried) {
    lines.set(name, `| ${name} | ${version} | ${date} | ${outcome.replaceAll('|', '\\|')} |`)
  }
  const head = '| framework | version | tried on | starts, reloads and stops |\n|---|---|---|---|\n'
  const body = Object.keys(FRAMEWORKS).flatMap(name => lines.get(name) ?? [])
  writeFileSync(PAGE, `${page.slice(0, at)}${head}${body.join('\n')}\n${page.slice(page.indexOf(end))}`)
}

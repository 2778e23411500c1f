import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { answering, ask, TestFolder } from './support.ts'

// As users have it: compiled. From source, Node.js itself takes thirty megabytes to remove types with.
const BIN = fileURLToPath(new URL('../dist/bin.js', import.meta.url))
const BUILT = existsSync(BIN)
const REASON = BUILT ? '' : ' (skipped: packages/boomhauer/dist is not built)'

const MIB = 1024
const TICKS_PER_SECOND = 100

/**
 * Memory that a process has to itself. Resident memory would count the pages of Node.js's own program, too: every process
 * shares them, and how many there are depends on what the machine has cached.
 */
function ownMib(pid: number): number {
  return Number(/^Anonymous:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1]) / MIB
}

/** Resident memory: what is its own, and what it has touched of Node.js's program. */
function residentMib(pid: number): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / MIB
}

/** The same of a Node.js that does nothing, which differs from one release and machine to another. */
async function residentMibOfNode(): Promise<number> {
  const idle = spawn(process.execPath, ['-e', 'console.log(1); setInterval(() => {}, 1e6)'], {
    env: {},
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(idle.stdout, 'data')
  const resident = residentMib(idle.pid!)
  idle.kill()
  await once(idle, 'exit')
  return resident
}

/** Processor time of a process so far, in seconds. */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
}

/** Resolves when it and its children do nothing: after a build the next process starts, which takes long on a busy machine. */
async function rest(pid: number): Promise<void> {
  const used = () => [pid, ...childrenOf(pid)].reduce((sum, each) => sum + cpuSeconds(each), 0)
  for (let before = Number.NaN; ; ) {
    const now = used()
    if (now === before) return
    before = now
    await new Promise(resolve => setTimeout(resolve, 1_000))
  }
}

function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number)
}

test.skipIf(!BUILT)(
  `the supervisor stays below 45 MiB of its own and 30 MiB above a bare Node.js over twenty-four builds, and idle it takes less than 1 % of a processor${REASON}`,
  async () => {
    const folder = new TestFolder({ 'app.ts': answering('0') })
    const process_ = spawn(process.execPath, [BIN, '--port', '0', '--typecheck', 'off'], {
      cwd: folder.root,
      env: { ...process.env, NODE_OPTIONS: '' },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    onTestFinished(async () => {
      process_.kill('SIGINT')
      await once(process_, 'exit')
    })
    let output = ''
    process_.stdout.on('data', chunk => {
      output += chunk
    })
    while (!/localhost:(\d+)/.test(output)) await once(process_.stdout, 'data')
    const port = Number(/localhost:(\d+)/.exec(output)?.[1])
    await ask(port, '/')
    for (let build = 1; build <= 24; build++) {
      folder.write('app.ts', build % 10 === 5 ? 'broken(' : answering(String(build)))
      const builds = () => output.match(/(?:ready|failed) in/g)?.length ?? 0
      while (builds() <= build) await once(process_.stdout, 'data')
    }
    expect((await ask(port, '/')).body).toBe('24')
    expect(ownMib(process_.pid!)).toBeLessThan(45)
    expect(residentMib(process_.pid!) - (await residentMibOfNode())).toBeLessThan(30)

    await rest(process_.pid!)
    const all = [process_.pid!, ...childrenOf(process_.pid!)]
    expect(all).toHaveLength(3)
    const before = all.map(cpuSeconds)
    await new Promise(resolve => setTimeout(resolve, 5_000))
    const used = all.reduce((sum, pid, i) => sum + cpuSeconds(pid) - before[i]!, 0)
    expect(used / 5).toBeLessThan(0.01)
  },
)

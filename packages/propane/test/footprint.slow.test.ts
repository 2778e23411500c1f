import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { fixture, until } from './helpers.ts'
import { Traffic } from './traffic.ts'

// As users run it: compiled, without the type stripping that costs memory of its own.
const BIN = path.join(import.meta.dirname, '..', 'dist', 'bin.js')
const measurable = existsSync(BIN) && process.platform === 'linux'

/** Milliseconds of CPU time that all threads of a process have used. */
function cpuMs(pid: number): number {
  const tasks = readdirSync(`/proc/${pid}/task`)
  return tasks.reduce(
    (sum, task) => sum + Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]) / 1e6,
    0,
  )
}

function residentMiB(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
}

/** What a Node.js that runs nothing has resident on this machine: it differs by some 10 MiB from one to another. */
async function residentMiBOfBareNode(): Promise<number> {
  const bare = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6); console.log("up")'])
  const exited = once(bare, 'exit')
  await once(bare.stdout, 'data')
  const memory = residentMiB(bare.pid!)
  bare.kill('SIGKILL')
  await exited
  return memory
}

test.skipIf(!measurable)(
  'under full load the primary takes 24 MiB more than Node.js itself at most, and 1 % of a CPU (needs Linux and a build)',
  async () => {
    const args = [
      BIN,
      fixture('common-js.cjs'),
      '--workers',
      '2',
      '--port',
      '0',
      '--control-socket',
      'off',
      '--log-format',
      'json',
    ]
    const child = spawn(process.execPath, args, {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ARLEN_PROPANE_PRE_STOP_DELAY: '0' },
    })
    onTestFinished(async () => {
      child.kill('SIGTERM')
      await new Promise(resolve => child.once('exit', resolve))
    })
    let out = ''
    child.stdout.on('data', chunk => {
      out += chunk
    })
    await until(
      () => out,
      text => text.includes('serving on'),
    )
    const url = /http:\/\/[\d.:]+/.exec(out)![0]
    const traffic = new Traffic({ url, clients: 32, handlerMs: [0] })
    await traffic.answered(2000)
    const before = { cpu: cpuMs(child.pid!), at: performance.now() }
    await traffic.answered(20_000)
    const share = ((cpuMs(child.pid!) - before.cpu) / (performance.now() - before.at)) * 100
    await traffic.stop()
    const [memory, bare] = [residentMiB(child.pid!), await residentMiBOfBareNode()]
    console.log(`primary: ${memory.toFixed(1)} MiB (bare Node.js: ${bare.toFixed(1)}), ${share.toFixed(2)} % CPU`)
    expect(memory - bare).toBeLessThan(24)
    expect(share).toBeLessThan(1)
  },
  120_000,
)

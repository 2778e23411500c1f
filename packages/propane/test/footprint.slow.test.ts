import { spawn } from 'node:child_process'
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

test.skipIf(!measurable)(
  'under full load the primary takes less than 60 MiB and 1 % of a CPU (needs Linux and a build)',
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
    const memory = residentMiB(child.pid!)
    console.log(`primary: ${memory.toFixed(1)} MiB, ${share.toFixed(2)} % CPU`)
    expect(memory).toBeLessThan(60)
    expect(share).toBeLessThan(1)
  },
  120_000,
)

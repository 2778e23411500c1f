import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createRatePrimary, type RatePrimary } from '../src/primary.ts'
import { workerRateStore } from '../src/rate-limit/worker-rate-store.ts'

const PROGRAM = join(import.meta.dirname, 'fixtures', 'counting-worker.ts')

async function startWorker(primary: RatePrimary): Promise<ChildProcess> {
  const worker = fork(PROGRAM, {
    execArgv: ['--conditions=@arlen/source', '--no-warnings'],
    env: { ...process.env, PROPANE_RATE_PRIMARY: '1' },
  })
  worker.on('message', message => primary.handle(message, answer => worker.send(answer)))
  await once(worker, 'message')
  return worker
}

interface Report {
  admitted: number
  median: number
}

function ask(worker: ChildProcess, count: number): Promise<Report> {
  return new Promise(resolve => {
    worker.on('message', message => {
      if (typeof message === 'object' && 'admitted' in message) resolve(message as Report)
    })
    worker.send({ ask: count })
  })
}

test('eight processes admit together what the limit allows, and not eight times as much', async () => {
  const primary = createRatePrimary()
  const workers = await Promise.all(Array.from({ length: 8 }, () => startWorker(primary)))
  try {
    const reports = await Promise.all(workers.map(worker => ask(worker, 50)))
    const admitted = reports.reduce((sum, report) => sum + report.admitted, 0)
    expect(admitted).toBeGreaterThanOrEqual(98)
    expect(admitted).toBeLessThanOrEqual(102)
  } finally {
    for (const worker of workers) worker.kill('SIGKILL')
  }
})

test('a process that has no primary to count in counts by itself', () => {
  expect(workerRateStore({})).toBeUndefined()
})

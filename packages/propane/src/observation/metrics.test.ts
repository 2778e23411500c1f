import { rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { get } from '../../test/helpers.ts'
import { renderMetrics, serveMetrics } from './metrics.ts'
import type { PropaneStatus } from './status.ts'

const STATUS: PropaneStatus = {
  pid: 1,
  phase: 'running',
  settled: true,
  addresses: ['127.0.0.1:3000'],
  app: '/app.js',
  generation: 2,
  release: 'r2',
  upMs: 1500,
  desired: 1,
  serving: 1,
  reload: { state: 'ok', generation: 2 },
  balance: { most: 3, fewest: 3 },
  parked: [],
  droppedLogLines: 0,
  workers: [
    {
      slot: 1,
      id: 7,
      pid: 99,
      generation: 2,
      release: 'r2',
      status: 'serving',
      ageMs: 1000,
      connections: 3,
      inFlight: 1,
      requests: 10,
      shed: 0,
      memory: 1024,
      eventLoopDelayMs: 2,
    },
  ],
}

test('every line is a comment or a sample, every sample has its help and type before it', () => {
  const text = renderMetrics(STATUS, { requests: 12, shed: 0 })
  const known = new Set<string>()
  for (const line of text.trimEnd().split('\n')) {
    const comment = /^# (?:HELP|TYPE) (\w+) \S/.exec(line)
    if (comment) known.add(comment[1]!)
    else expect(known).toContain(/^(\w+)(\{(\w+="[^"]*",?)+\})? [\d.e+-]+$/.exec(line)?.[1])
  }
  expect(text).toContain('propane_worker_requests_total{worker="1",id="7",generation="2"} 10\n')
  expect(text).toContain('propane_requests_total 12\n')
})

test('answers over TCP and over a unix socket, and knows no other page', async () => {
  const file = path.join(tmpdir(), `propane-metrics-${process.pid}.sock`)
  onTestFinished(() => rmSync(file, { force: true }))
  const close = await serveMetrics(file, () => 'propane_up 1\n')
  const answer = await get('http://localhost/metrics', { socketPath: file })
  expect(answer).toMatchObject({ status: 200, body: 'propane_up 1\n' })
  expect(answer.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8')
  expect((await get('http://localhost/admin', { socketPath: file })).status).toBe(404)
  expect((await get('http://localhost/metrics', { socketPath: file, method: 'POST' })).status).toBe(404)
  await close()
})

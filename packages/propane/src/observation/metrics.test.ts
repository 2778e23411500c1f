import { rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { get } from '../../test/helpers.ts'
import { renderMetrics, serveMetrics } from './metrics.ts'
import type { PropaneStatus } from './status.ts'
import { NO_TOTALS } from './totals.ts'

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
  totals: { ...NO_TOTALS, requests: 10, crashes: 2 },
  latency: { counts: [4, 0, 1], sumMs: 9 },
  statuses: [0, 4, 0, 0, 1],
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
  const text = renderMetrics(STATUS)
  const known = new Set<string>()
  for (const line of text.trimEnd().split('\n')) {
    const comment = /^# (?:HELP|TYPE) (\w+) \S/.exec(line)
    if (comment) known.add(comment[1]!)
    else {
      const name = /^(\w+)(\{(\w+="[^"]*",?)+\})? [\d.e+-]+$/.exec(line)?.[1]
      expect(known).toContain(name?.replace(/(?<=duration_seconds)_(bucket|sum|count)$/, ''))
    }
  }
  expect(text).toContain('propane_worker_requests_total{worker="1",id="7",generation="2"} 10\n')
  expect(text).toContain('propane_requests_total 10\n')
  expect(text).toContain('propane_responses_total{class="2xx"} 4\n')
  expect(text).toContain('propane_responses_total{class="5xx"} 1\n')
})

test('the buckets of the histogram are cumulative, and the last one holds all', () => {
  const text = renderMetrics({
    ...STATUS,
    latency: { counts: [4, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2], sumMs: 99 },
  })
  const buckets = [...text.matchAll(/duration_seconds_bucket\{le="([^"]+)"\} (\d+)/g)].map(([, le, count]) => [
    le,
    count,
  ])
  expect(buckets.slice(0, 3)).toEqual([
    ['0.001', '4'],
    ['0.0025', '4'],
    ['0.005', '5'],
  ])
  expect(buckets.slice(-2)).toEqual([
    ['30', '5'],
    ['+Inf', '7'],
  ])
  expect(text).toContain('propane_request_duration_seconds_sum 0.099\npropane_request_duration_seconds_count 7\n')
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

import { expect, test } from 'vitest'
import type { PropaneStatus } from '../observation/status.ts'
import { NO_TOTALS } from '../observation/totals.ts'
import { formatTop } from './format-top.ts'

const TOTALS = { ...NO_TOTALS, shed: 1, spawns: 3, crashes: 2, hangs: 1, reloads: 4 }

function status(upMs: number, requests: number, counts: number[]): PropaneStatus {
  const latency = { counts, sumMs: 1 }
  const worker = {
    slot: 1,
    id: 3,
    pid: 99,
    generation: 2,
    release: '',
    status: 'serving' as const,
    ageMs: 1500,
    connections: 3,
    inFlight: 1,
    requests,
    shed: 0,
    memory: 50 * 1024 * 1024,
    eventLoopDelayMs: 2,
    latency,
  }
  return {
    pid: 7,
    phase: 'running',
    settled: true,
    addresses: ['127.0.0.1:3000'],
    app: '/srv/app.js',
    generation: 2,
    release: '',
    upMs,
    desired: 1,
    serving: 1,
    reload: { state: 'none' },
    balance: { most: 3, fewest: 3 },
    parked: [],
    droppedLogLines: 0,
    totals: { ...TOTALS, requests },
    latency,
    statuses: [0, 0, 0, 0, 0],
    workers: [worker],
  }
}

test('shows rates and quantiles of the time since the frame before', () => {
  const text = formatTop(status(62_000, 1100, [0, 0, 0, 10]), status(60_000, 900, [0, 0, 0, 0]))
  expect(text).toContain('requests: 100 a second, p50 7.5ms, p99 9.9ms; 1100 so far, 1 refused\n')
  expect(text).toContain('restarts: 2 crashes, 1 hangs, 0 recycled; 4 reloads\n')
  expect(text.split('\n').at(-2)).toMatch(/^1 +99 +2 +serving +1.5s +3 +1 +100 +7.5ms +9.9ms +/)
})

test('shows no rates in the first frame, and no durations without requests', () => {
  const text = formatTop(status(60_000, 900, []), undefined)
  expect(text).toContain('requests: - a second, p50 -, p99 -;')
})

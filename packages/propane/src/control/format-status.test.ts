import { expect, test } from 'vitest'
import type { PropaneStatus } from '../observation/status.ts'
import { NO_TOTALS } from '../observation/totals.ts'
import { formatStatus } from './format-status.ts'

const STATUS: PropaneStatus = {
  pid: 7,
  phase: 'running',
  settled: true,
  addresses: ['127.0.0.1:3000'],
  app: '/srv/app.js',
  generation: 2,
  release: '',
  upMs: 61_000,
  desired: 2,
  serving: 1,
  reload: { state: 'none' },
  balance: { most: 3, fewest: 1 },
  parked: [],
  droppedLogLines: 0,
  totals: { ...NO_TOTALS, requests: 10, crashes: 2 },
  latency: { counts: [4, 0, 1], sumMs: 9 },
  statuses: [0, 4, 0, 0, 1],
  workers: [
    {
      slot: 1,
      id: 3,
      pid: 99,
      generation: 2,
      release: '',
      status: 'serving',
      ageMs: 1500,
      connections: 3,
      inFlight: 1,
      requests: 10,
      shed: 0,
      memory: 50 * 1024 * 1024,
      eventLoopDelayMs: 2,
    },
    {
      slot: 12,
      id: 4,
      pid: 12_345,
      generation: 1,
      release: '',
      status: 'draining',
      ageMs: 90_000,
      reason: 'reload',
      connections: 0,
      inFlight: 0,
      requests: 123_456,
      shed: 0,
      memory: 0,
      eventLoopDelayMs: 0,
    },
  ],
}

test('columns stand under their headings', () => {
  expect(formatStatus(STATUS)).toBe(
    [
      'process 7 running on 127.0.0.1:3000, up 61s',
      'application /srv/app.js, generation 2',
      '1 of 2 workers serve; connections of the busiest and the idlest: 3 and 1',
      '',
      'worker  pid    gen  state              age   conns  in flight  requests  memory    loop delay',
      '1       99     2    serving            1.5s  3      1          10        50.0 MiB  2ms',
      '12      12345  1    draining (reload)  90s   0      0          123456    0.0 MiB   0ms',
      '',
    ].join('\n'),
  )
})

test('failures are shown, and the release if there is one', () => {
  const text = formatStatus({
    ...STATUS,
    release: 'r5',
    parked: [2, 3],
    reload: { state: 'failed', generation: 3, reason: 'no database' },
  })
  expect(text).toContain('generation 2, release r5\n')
  expect(text).toContain('latest reload: failed: no database\n')
  expect(text).toContain('given up until the next reload: worker 2, 3\n')
})

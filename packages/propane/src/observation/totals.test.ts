import { expect, test } from 'vitest'
import { Events } from '../propane-events.ts'
import { Totals } from './totals.ts'

const WORKER = { slot: 1, generation: 1, pid: 9 }
const STATS = { connections: 1, inFlight: 0, memory: 0, eventLoopDelayMs: 0 }

test('requests of workers that are gone stay counted, those of living ones are not counted twice', () => {
  const events = new Events()
  const totals = new Totals(events)
  events.emit('heartbeat', { ...WORKER, id: 1, stats: { ...STATS, requests: 10, shed: 1 } })
  events.emit('heartbeat', { ...WORKER, id: 1, stats: { ...STATS, requests: 15, shed: 2 } })
  events.emit('heartbeat', { ...WORKER, id: 2, stats: { ...STATS, requests: 5, shed: 0 } })
  expect(totals.read()).toMatchObject({ requests: 20, shed: 2 })
  events.emit('exit', { ...WORKER, id: 1, code: 0, signal: null, expected: true })
  expect(totals.read()).toMatchObject({ requests: 20, shed: 2 })
})

test('answers are counted by the class of their status, those of workers that are gone included', () => {
  const events = new Events()
  const totals = new Totals(events)
  const stats = { ...STATS, requests: 0, shed: 0 }
  events.emit('heartbeat', { ...WORKER, id: 1, stats })
  expect(totals.statuses()).toEqual([0, 0, 0, 0, 0])
  events.emit('heartbeat', { ...WORKER, id: 1, stats: { ...stats, statuses: [0, 7, 0, 1, 2] } })
  events.emit('heartbeat', { ...WORKER, id: 2, stats: { ...stats, statuses: [0, 1, 1, 0, 1] } })
  events.emit('exit', { ...WORKER, id: 1, code: 0, signal: null, expected: true })
  expect(totals.statuses()).toEqual([0, 8, 1, 1, 3])
})

test('events are counted by kind', () => {
  const events = new Events()
  const totals = new Totals(events)
  const worker = { ...WORKER, id: 1 }
  const stats = { ...STATS, requests: 0, shed: 0 }
  events.emit('spawn', worker)
  events.emit('crashed', { ...worker, how: 'signal SIGKILL', respawnInMs: 100 })
  events.emit('boot_failed', { ...worker, reason: 'x', respawnInMs: 100, first: true })
  events.emit('drain', { ...worker, reason: 'max_memory', stats })
  events.emit('drain', { ...worker, reason: 'reload', stats })
  events.emit('signal', { ...worker, signal: 'SIGTERM', reason: 'hung', silentMs: 1 })
  events.emit('signal', { ...worker, signal: 'SIGKILL', reason: 'hung', silentMs: 1 })
  events.emit('reload_failed', { generation: 2, reason: 'x' })
  expect(totals.read()).toMatchObject({
    spawns: 1,
    crashes: 1,
    boot_failures: 1,
    recycles: 1,
    hangs: 1,
    reloads: 0,
    reload_failures: 1,
  })
})

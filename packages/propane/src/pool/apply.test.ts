import { expect, test } from 'vitest'
import { SETTINGS } from '../../test/simulation.ts'
import { apply, applyAction } from './apply.ts'
import { createPool, isSettled, type Pool, workerOf } from './pool.ts'

const STATS = { connections: 0, inFlight: 0, requests: 0, shed: 0, memory: 0, eventLoopDelayMs: 0 }

/** A pool whose workers serve. */
function serving(workers: number): Pool {
  const pool = createPool(workers, { ...SETTINGS, maxMemory: 100 })
  for (let slot = 1; slot <= workers; slot++) {
    applyAction(pool, { do: 'spawn', slot, generation: 1 }, 0)
    apply(pool, { type: 'serving', id: slot }, 10)
  }
  return pool
}

test('messages about workers that are gone change nothing', () => {
  const pool = serving(2)
  const before = structuredClone(pool)
  expect(apply(pool, { type: 'serving', id: 99 }, 20)).toEqual([])
  expect(apply(pool, { type: 'failed', id: 99, reason: 'x' }, 20)).toEqual([])
  expect(apply(pool, { type: 'heartbeat', id: 99, stats: STATS }, 20)).toEqual([])
  expect(apply(pool, { type: 'exited', id: 99, how: 'x' }, 20)).toEqual([])
  expect(pool).toEqual(before)
})

test('a worker that is draining does not serve again because it says so', () => {
  const pool = serving(1)
  applyAction(pool, { do: 'drain', id: 1, reason: 'reload' }, 20)
  apply(pool, { type: 'serving', id: 1 }, 30)
  expect(workerOf(pool, 1)).toMatchObject({ status: 'draining', reason: 'reload' })
})

test('reports over the memory limit count in a row only', () => {
  const pool = serving(1)
  const heartbeat = (memory: number) => apply(pool, { type: 'heartbeat', id: 1, stats: { ...STATS, memory } }, 20)
  for (const memory of [101, 200]) heartbeat(memory)
  expect(workerOf(pool, 1)!.overMemory).toBe(2)
  heartbeat(100)
  expect(workerOf(pool, 1)!.overMemory).toBe(0)
})

test('a stop ends what else is under way, and what comes later is not heard', () => {
  const pool = serving(1)
  apply(pool, { type: 'reload' }, 20)
  apply(pool, { type: 'reload' }, 21)
  apply(pool, { type: 'stop' }, 22)
  expect(pool).toMatchObject({ phase: 'stopping', reloadAgain: false, stop: { since: 22, force: false, code: 0 } })
  expect(pool.reload).toBeUndefined()
  apply(pool, { type: 'reload' }, 23)
  apply(pool, { type: 'upgrade' }, 24)
  apply(pool, { type: 'stop' }, 25)
  expect(pool).toMatchObject({ phase: 'stopping', stop: { since: 22 } })
  apply(pool, { type: 'quit' }, 26)
  expect(pool.stop).toMatchObject({ since: 22, force: true })
})

test('an upgrade that failed lets everything go on', () => {
  const pool = serving(1)
  apply(pool, { type: 'upgrade' }, 20)
  expect(pool.phase).toBe('upgrading')
  apply(pool, { type: 'upgrade_failed' }, 21)
  expect(pool.phase).toBe('running')
})

test('no worker is late if the machine was suspended', () => {
  const pool = serving(2)
  apply(pool, { type: 'stalled', forMs: 60_000 }, 60_010)
  expect(pool.workers.map(worker => worker.lastHeartbeatAt)).toEqual([60_010, 60_010])
})

test('scaling forgives the slots that were given up', () => {
  const pool = serving(1)
  pool.slots.set(2, { parked: true, deaths: 7, notBefore: 99_999, bootDeaths: [1, 2, 3, 4, 5] })
  pool.desired = 2
  expect(isSettled(pool)).toBe(true)
  apply(pool, { type: 'scale', desired: 2 }, 20)
  expect(pool.slots.get(2)).toEqual({ parked: false, deaths: 0, notBefore: 0, bootDeaths: [] })
  expect(isSettled(pool)).toBe(false)
})

import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest'
import { readPgOptions } from '../connection/options.ts'
import type { Target } from '../connection/targets.ts'
import { FailoverWatch } from './failover-watch.ts'
import type { ConnectionPool } from './pool.ts'

// Against servers that are cut off: server-faults.slow.test.ts. Here the clock and the servers are ours.
type Role = 'primary' | 'standby' | 'down' | 'hangs'
const world = vi.hoisted(() => ({
  roles: {} as Record<string, Role>,
  asked: [] as string[],
  ended: [] as string[],
  timeouts: [] as unknown[],
}))

// Unit tests share processes: modules that other files have loaded, or will, do without the mock.
vi.hoisted(() => vi.resetModules())
afterAll(() => void vi.resetModules())
vi.mock('../wire/client.ts', () => ({
  PgClient: class {
    readonly #host: string
    #gone = Promise.withResolvers<never>()

    constructor({ host, connectionTimeoutMillis }: { host: string; connectionTimeoutMillis: number }) {
      this.#host = host
      this.#gone.promise.catch(() => undefined)
      world.timeouts.push(connectionTimeoutMillis)
    }

    async connect() {
      world.asked.push(this.#host)
      if (world.roles[this.#host] === 'down') throw new Error('refused')
      if (world.roles[this.#host] === 'hangs') await this.#gone.promise
    }

    async rowsOf() {
      const standby = world.roles[this.#host] === 'standby'
      return [{ standby, readOnly: standby }]
    }

    destroy() {
      world.ended.push(this.#host)
      this.#gone.reject(new Error('destroyed'))
    }
  },
}))

let silent: Target[]
let cut: Target[]
let limits: number[]
let watches: FailoverWatch[]

beforeEach(() => {
  vi.useFakeTimers()
  Object.assign(world, { roles: {}, asked: [], ended: [], timeouts: [] })
  silent = []
  cut = []
  limits = []
  watches = []
})
afterEach(() => {
  for (const watch of watches) watch.stop()
  vi.useRealTimers()
})

function watch(hosts = 'a,b,c', attrs = 'primary'): FailoverWatch {
  const settings = readPgOptions(`postgres://${hosts}/x?target_session_attrs=${attrs}`)
  const pool = {
    silentFor: (ms: number) => {
      limits.push(ms)
      return silent
    },
    cutOthers: (primary: Target) => cut.push(primary),
  }
  const made = new FailoverWatch(settings, pool as unknown as ConnectionPool, () => undefined)
  watches.push(made)
  return made
}

const A = { host: 'a', port: 5432 }

test.each([
  ['a,b', 'primary', 1],
  ['a,b', 'read-write', 1],
  ['a', 'primary', 0],
  ['a,b', 'any', 0],
  ['a,b', 'standby', 0],
  ['a,b', 'prefer-standby', 0],
])('of the servers %s, wanted as %s, it has %d timers', (hosts, attrs, timers) => {
  const made = watch(hosts, attrs)
  expect(vi.getTimerCount()).toBe(timers)
  made.stop()
  expect(vi.getTimerCount()).toBe(0)
})

test('while all answer it asks no one', async () => {
  watch()
  await vi.advanceTimersByTimeAsync(3_000)
  expect(limits).toEqual([1_500, 1_500, 1_500])
  expect(world.asked).toEqual([])
})

test('while one is silent it asks the others for their role, and gives up the rest for a new primary', async () => {
  watch()
  silent = [A]
  world.roles = { b: 'standby', c: 'standby' }
  await vi.advanceTimersByTimeAsync(1_000)
  expect([world.asked, world.ended, cut]).toEqual([['b', 'c'], ['b', 'c'], []])
  expect(world.timeouts).toEqual([1_000, 1_000])
  world.roles = { b: 'down', c: 'primary' }
  await vi.advanceTimersByTimeAsync(1_000)
  expect(world.ended).toHaveLength(4)
  expect(cut).toEqual([{ host: 'c', port: 5432 }])
  expect(vi.getTimerCount()).toBe(1)
})

test('a server at another port of the same host is another server', async () => {
  watch('a:5432,a:5433,b:5432')
  silent = [A]
  world.roles = { a: 'primary', b: 'standby' }
  await vi.advanceTimersByTimeAsync(1_000)
  expect(world.asked).toEqual(['a', 'b'])
  expect(cut).toEqual([{ host: 'a', port: 5433 }])
})

test('a server that does not answer is left after a second, and is not asked twice at once', async () => {
  watch('a,b')
  silent = [A]
  world.roles = { b: 'hangs' }
  await vi.advanceTimersByTimeAsync(1_999)
  expect([world.asked, world.ended]).toEqual([['b'], []])
  await vi.advanceTimersByTimeAsync(1)
  expect(world.ended).toContain('b')
  expect(cut).toEqual([])
  world.roles = { b: 'primary' }
  await vi.advanceTimersByTimeAsync(2_000)
  expect(cut[0]).toEqual({ host: 'b', port: 5432 })
})

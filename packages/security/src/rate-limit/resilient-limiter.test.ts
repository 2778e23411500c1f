import type { Logger } from '@arlen/core'
import { describe, expect, test, vi } from 'vitest'
import { createRateLimiter, type RateDecision } from './rate-limiter.ts'
import type { OnStoreError } from './rate-store.ts'
import { ResilientLimiter } from './resilient-limiter.ts'

const yes: RateDecision = { allowed: true, remaining: 9, resetMs: 1, retryAfterMs: 0 }

function setUp(onStoreError: OnStoreError, limit = 2) {
  const log = { error: vi.fn(), info: vi.fn() }
  let now = 0
  const store = { consume: vi.fn((): Promise<RateDecision> => Promise.resolve(yes)), reset: () => Promise.resolve() }
  const local = createRateLimiter({ name: 'x', limit, windowMs: 60_000, now: () => 0 })
  const limiter = new ResilientLimiter({ store, local, onStoreError, deadlineMs: 20, now: () => now })
  return {
    log,
    store,
    later: (ms: number) => {
      now += ms
    },
    consume: () => limiter.consume('a', 1, () => log as unknown as Logger),
  }
}

describe('a limiter whose store may fail', () => {
  test('decides as the store does while it answers', async () => {
    const { consume, store, log } = setUp('local')
    expect(await consume()).toBe(yes)
    store.consume.mockResolvedValue({ ...yes, allowed: false })
    expect((await consume()).allowed).toBe(false)
    expect(log.error).not.toHaveBeenCalled()
  })

  test('counts by itself during an outage, which it logs once, and asks again later', async () => {
    const { consume, store, log, later } = setUp('local')
    store.consume.mockRejectedValue(new Error('connection refused'))
    const admitted = []
    for (let i = 0; i < 100; i++) admitted.push((await consume()).allowed)
    expect(admitted.filter(Boolean)).toHaveLength(2)
    expect(store.consume).toHaveBeenCalledTimes(1)
    expect(log.error).toHaveBeenCalledTimes(1)
    later(1000)
    await consume()
    expect(store.consume).toHaveBeenCalledTimes(2)
    store.consume.mockResolvedValue(yes)
    later(1000)
    expect(await consume()).toBe(yes)
    expect(await consume()).toBe(yes)
    expect(log.error).toHaveBeenCalledTimes(1)
    expect(log.info).toHaveBeenCalledTimes(1)
  })

  test('does not wait for a store beyond its deadline, and never for the others', async () => {
    const { consume, store } = setUp('local', 1000)
    store.consume.mockReturnValue(new Promise(() => undefined))
    expect((await consume()).allowed).toBe(true)
    for (let i = 0; i < 50; i++) expect((await consume()).allowed).toBe(true)
    expect(store.consume).toHaveBeenCalledTimes(1)
  })

  test('admits everything where the policy is open', async () => {
    const { consume, store } = setUp('open')
    store.consume.mockRejectedValue(new Error('down'))
    for (let i = 0; i < 10; i++) expect((await consume()).allowed).toBe(true)
  })

  test('refuses with 503, and never 429, where the policy is closed', async () => {
    const { consume, store } = setUp('closed')
    store.consume.mockRejectedValue(new Error('down'))
    for (let i = 0; i < 3; i++) {
      await expect(consume()).rejects.toMatchObject({ status: 503, code: 'rate_limit_unavailable' })
    }
  })
})

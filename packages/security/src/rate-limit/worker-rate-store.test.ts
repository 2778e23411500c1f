import { EventEmitter, once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { checkRateLimit } from './rate-limiter.ts'
import { createRatePrimary, type RatePrimary } from './rate-primary.ts'
import { countsAlone } from './shared-store.ts'
import type { RateQuestion } from './worker-messages.ts'
import { type WorkerChannel, WorkerRateStore } from './worker-rate-store.ts'

/** A channel as `process` is one: what is sent arrives later, as JSON. */
class FakeChannel extends EventEmitter implements WorkerChannel {
  sent: RateQuestion[] = []
  readonly #primary: RatePrimary | undefined

  constructor(primary?: RatePrimary) {
    super()
    this.#primary = primary
  }

  send(message: RateQuestion, sent: (error: Error | null) => void): void {
    const copy = JSON.parse(JSON.stringify(message)) as RateQuestion
    this.sent.push(copy)
    this.emit('sent')
    setImmediate(() => {
      sent(null)
      this.#primary?.handle(copy, answer => this.emit('message', JSON.parse(JSON.stringify(answer))))
    })
  }
}

const rule = checkRateLimit({ name: 'login', limit: 100, windowMs: 60_000 })

describe('workers that count in their primary', () => {
  test('admit together what the limit allows, not each', async () => {
    const primary = createRatePrimary()
    const workers = Array.from({ length: 8 }, () => new WorkerRateStore(new FakeChannel(primary)))
    const decisions = await Promise.all(
      Array.from({ length: 800 }, (_, i) => workers[i % 8]!.consume(rule, 'address', 1)),
    )
    const admitted = decisions.filter(decision => decision.allowed).length
    expect(admitted).toBeGreaterThanOrEqual(98)
    expect(admitted).toBeLessThanOrEqual(102)
    expect(decisions.find(decision => !decision.allowed)!.retryAfterMs).toBeGreaterThan(0)
  })

  test('put what comes up together into one message, whatever its rules', async () => {
    const channel = new FakeChannel(createRatePrimary())
    const store = new WorkerRateStore(channel)
    const other = checkRateLimit({ name: 'search', limit: 1, windowMs: 1000 })
    const decisions = await Promise.all([
      store.consume(rule, 'a', 1),
      store.consume(other, 'a', 1),
      store.consume(other, 'a', 1),
      store.consume(rule, 'a', 60),
      store.consume(rule, 'a', 60),
    ])
    expect(channel.sent).toHaveLength(1)
    expect(channel.sent[0]!.rules.map(({ name }) => name)).toEqual(['login', 'search'])
    expect(decisions.map(decision => decision.allowed)).toEqual([true, true, false, true, false])
  })

  test('hear at once that the primary is gone, or that nothing can be sent', async () => {
    const channel = new FakeChannel()
    const store = new WorkerRateStore(channel)
    const answer = store.consume(rule, 'a', 1)
    const rejected = expect(answer).rejects.toThrow('the primary is gone')
    await once(channel, 'sent')
    channel.emit('disconnect')
    await rejected
    channel.send = () => {
      throw new Error('channel closed')
    }
    await expect(store.consume(rule, 'a', 1)).rejects.toThrow('channel closed')
    channel.send = (_, sent) => sent(new Error('EPIPE'))
    await expect(store.consume(rule, 'a', 1)).rejects.toThrow('EPIPE')
  })

  test('leave other messages alone, on both sides', async () => {
    const channel = new FakeChannel(createRatePrimary())
    const store = new WorkerRateStore(channel)
    for (const message of [null, 'x', 7, {}, { arlenRateLimit: 1 }, { arlenRateLimit: 2, answer: 0, decisions: [] }]) {
      channel.emit('message', message)
      expect(createRatePrimary().handle(message, () => expect.unreachable())).toBe(false)
    }
    channel.emit('message', { arlenRateLimit: 1, answer: 99, decisions: [] })
    expect((await store.consume(rule, 'a', 1)).allowed).toBe(true)
  })

  test('cannot hurt their primary with an invalid question', () => {
    const primary = createRatePrimary()
    const ask = (rules: unknown, items: unknown) =>
      primary.handle({ arlenRateLimit: 1, question: 1, rules, items }, () => expect.unreachable())
    for (const [rules, items] of [
      [[{ name: 'x', limit: -1, windowMs: 1 }], [[0, 'a', 1]]],
      [[null], [[0, 'a', 1]]],
      [[rule], [[5, 'a', 1]]],
      [[rule], [null]],
      [[rule], ['x']],
    ]) {
      expect(ask(rules, items)).toBe(true)
    }
  })

  test('may be of two releases with different rules of one name', async () => {
    const primary = createRatePrimary()
    const [before, now] = [new WorkerRateStore(new FakeChannel(primary)), new WorkerRateStore(new FakeChannel(primary))]
    const stricter = checkRateLimit({ ...rule, limit: 1 })
    await now.consume(stricter, 'a', 1)
    expect((await now.consume(stricter, 'a', 1)).allowed).toBe(false)
    expect((await before.consume(rule, 'a', 1)).allowed).toBe(true)
  })
})

test('a primary keeps a bounded number of rules', async () => {
  const channel = new FakeChannel(createRatePrimary({ maxKeys: 8 }))
  const store = new WorkerRateStore(channel)
  for (let limit = 1; limit <= 300; limit++) {
    expect((await store.consume(checkRateLimit({ name: 'r', limit, windowMs: 1000 }), 'a', 1)).allowed).toBe(true)
  }
  const message = once(channel, 'message')
  await store.consume(rule, 'a', 1)
  await message
})

test('a worker whose primary does not count is known to count alone; one that was told where to count is not', () => {
  expect(countsAlone(undefined, { PROPANE_WORKER: '1' })).toBe(true)
  expect(countsAlone(undefined, { NODE_UNIQUE_ID: '1' })).toBe(true)
  expect(countsAlone(undefined, {})).toBe(false)
  expect(countsAlone('memory', { PROPANE_WORKER: '1' })).toBe(false)
})

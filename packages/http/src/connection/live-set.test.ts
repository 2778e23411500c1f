import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Clock } from '../clock.ts'
import { type Live, LiveSet } from './live-set.ts'

beforeEach(
  () =>
    void vi.useFakeTimers({
      toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance', 'Date'],
    }),
)
afterEach(() => void vi.useRealTimers())

class Connection implements Live {
  busy = false
  ticks = 0
  closed = 0
  dropped = 0
  tick(): void {
    this.ticks++
  }
  closeIfIdle(): void {
    this.closed++
  }
  drop(): void {
    this.dropped++
  }
}

const TICK_MS = 100
const set = () => new LiveSet(new Clock(TICK_MS))

/** Lets ticks pass, each with a turn of the event loop in which the deadlines are checked. */
async function pass(ticks: number): Promise<void> {
  for (let i = 0; i < ticks; i++) {
    vi.advanceTimersByTime(TICK_MS)
    await new Promise(setImmediate)
  }
}

describe('a set of live connections', () => {
  test('has one timer, for as long as there is any of it', async () => {
    const live = set()
    const [a, b] = [new Connection(), new Connection()]
    expect(vi.getTimerCount()).toBe(0)
    live.add(a)
    live.add(b)
    expect(vi.getTimerCount()).toBe(1)
    await pass(3)
    expect([a.ticks, b.ticks]).toEqual([3, 3])
    live.delete(a)
    await pass(1)
    expect([a.ticks, b.ticks]).toEqual([3, 4])
    live.delete(b)
    expect(vi.getTimerCount()).toBe(0)
    live.add(a)
    await pass(1)
    expect([a.ticks, b.ticks]).toEqual([4, 4])
  })

  test('is busy while any of it is, and all of it is asked to close or dropped', () => {
    const live = set()
    const [a, b] = [new Connection(), new Connection()]
    live.add(a)
    live.add(b)
    expect(live.isBusy).toBe(false)
    b.busy = true
    expect(live.isBusy).toBe(true)
    live.closeIdle()
    live.drop()
    expect([a.closed, b.closed, a.dropped, b.dropped]).toEqual([1, 1, 1, 1])
  })
})

describe('waiting until nothing is left', () => {
  /** The milliseconds after which it resolves, looked at every 10 ms; undefined if not within a second. */
  async function waited(promise: Promise<void>, at: Record<number, () => void> = {}): Promise<number | undefined> {
    let done = false
    void promise.then(() => {
      done = true
    })
    for (let ms = 0; ms <= 1000; ms += 10) {
      at[ms]?.()
      await vi.advanceTimersByTimeAsync(ms === 0 ? 0 : 10)
      if (done) return ms
    }
    return undefined
  }

  test('ends at once where nothing is, no time is given or it is enough', async () => {
    const live = set()
    expect(await waited(live.emptyWithin(500))).toBe(0)
    live.add(new Connection())
    expect(await waited(live.emptyWithin(0))).toBe(0)
    expect(await waited(live.emptyWithin(500, () => true))).toBe(0)
  })

  test('ends with the last of it, when the time is over, or when it is enough; and leaves no timer', async () => {
    const live = set()
    const one = new Connection()
    live.add(one)
    expect(await waited(live.emptyWithin(500))).toBe(500)
    let enough = false
    const toldEnough = { 200: () => (enough = true) }
    expect(
      await waited(
        live.emptyWithin(500, () => enough),
        toldEnough,
      ),
    ).toBeLessThanOrEqual(220)
    expect(vi.getTimerCount()).toBe(1)
    const left = { 300: () => live.delete(one) }
    expect(await waited(live.emptyWithin(500), left)).toBe(300)
    expect(vi.getTimerCount()).toBe(0)
  })
})

import { beforeEach, describe, expect, test } from 'vitest'
import { createService, type HttpOptions } from '../options.ts'
import { Deadlines } from './deadlines.ts'

/** Deadlines, and a hand on their clock. */
class Bench {
  readonly deadlines: Deadlines
  readonly #advance: (now: number) => number
  #now = performance.now()

  constructor(options: HttpOptions = {}) {
    const { clock, ...engine } = createService(() => 'ok', options)
    this.deadlines = new Deadlines({ ...engine, clock })
    this.#advance = now => {
      clock.advance(now)
      return clock.tick
    }
    this.#advance(this.#now)
  }

  /** What is late after this many milliseconds more. */
  after(ms: number): string | null {
    this.#now += ms
    return this.deadlines.takePassed(this.#advance(this.#now))
  }
}

let bench: Bench
beforeEach(() => {
  bench = new Bench()
})

test('nothing is late before anything is expected, however long it takes', () => {
  expect(bench.after(1e9)).toBeNull()
})

describe('a deadline', () => {
  test.each([
    ['head', 'read', (it: Deadlines) => it.expectHead()],
    ['request', 'read', (it: Deadlines) => it.expectRequest()],
    ['body', 'read', (it: Deadlines) => it.expectBody()],
    ['close', 'read', (it: Deadlines) => it.expectClose()],
    ['handler', 'handler', (it: Deadlines) => it.startHandler()],
    ['room', 'write', (it: Deadlines) => it.expectRoom()],
  ] as const)('for a %s is reported once', (_, kind, expectIt) => {
    expectIt(bench.deadlines)
    expect([bench.after(1000), bench.after(100_000), bench.after(100_000)]).toEqual([null, kind, null])
  })

  test('ends when what it waits for has come', () => {
    const { deadlines } = bench
    deadlines.expectBody()
    deadlines.startHandler()
    deadlines.expectRoom()
    deadlines.expectNothing()
    deadlines.endHandler()
    deadlines.roomMade()
    expect(bench.after(1e9)).toBeNull()
  })

  test('is no more when all is cleared', () => {
    const { deadlines } = bench
    deadlines.expectBody()
    deadlines.startHandler()
    deadlines.expectRoom()
    deadlines.clear()
    expect(bench.after(1e9)).toBeNull()
  })
})

test('if several have passed, the peer comes first, because it may be why the handler is late', () => {
  const { deadlines } = bench
  deadlines.startHandler()
  deadlines.expectBody()
  deadlines.expectRoom()
  expect([bench.after(1e6), bench.after(0), bench.after(0), bench.after(0)]).toEqual(['write', 'read', 'handler', null])
})

test('asking for room again gives the peer no more time', () => {
  bench.deadlines.expectRoom()
  expect(bench.after(20_000)).toBeNull()
  bench.deadlines.expectRoom()
  expect(bench.after(20_000)).toBe('write')
})

test('a handler’s own limit counts from when it is set, also where the server has none', () => {
  const patient = new Bench({ handlerTimeoutMs: Number.POSITIVE_INFINITY })
  patient.deadlines.startHandler()
  patient.deadlines.limitHandler(100)
  expect([patient.after(50), patient.after(1000)]).toEqual([null, 'handler'])
})

test('a body that comes slower than the minimum rate is late although each piece is in time', () => {
  bench.deadlines.expectBody()
  let late: string | null = null
  for (let received = 1, pieces = 0; late === null && pieces < 100; pieces++, received++) {
    late = bench.after(1000)
    if (late === null) bench.deadlines.expectMoreBody(received)
  }
  expect(late).toBe('read')
})

test('received bytes extend the deadline of a body by the time that the minimum rate allows for them, plus the chunk time-out', () => {
  const patient = new Bench({ bodyTimeoutMs: 10_000, minBodyBytesPerSecond: 1 })
  const { deadlines } = patient
  deadlines.expectBody()
  deadlines.expectNothing()
  expect(patient.after(10_005_000)).toBeNull()
  deadlines.expectMoreBody(10_000)
  expect(patient.after(4000)).toBeNull()
  expect(patient.after(2500)).toBe('read')
})

test('without a minimum rate a body may take as long as it likes, piece by piece', () => {
  const patient = new Bench({ bodyTimeoutMs: 10_000, minBodyBytesPerSecond: 0 })
  const { deadlines } = patient
  deadlines.expectBody()
  deadlines.expectNothing()
  expect(patient.after(1_000_000_000)).toBeNull()
  deadlines.expectMoreBody(1)
  expect(patient.after(9000)).toBeNull()
  expect(patient.after(3000)).toBe('read')
})

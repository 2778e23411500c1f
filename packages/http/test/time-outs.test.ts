import { describe, expect, test } from 'vitest'
import type { Connection } from '../src/connection/connection.ts'
import type { Handler } from '../src/handler.ts'
import type { Limits } from '../src/limits.ts'
import { type MemoryTransport, memoryConnection, settle } from './memory-connection.ts'

/** A connection and a hand on its clock: nothing here waits. */
class Bench {
  readonly connection: Connection
  readonly transport: MemoryTransport
  readonly pass: (ms: number) => Promise<void>

  constructor(handler: Handler, limits: Partial<Limits> = {}) {
    const { connection, transport, engine } = memoryConnection(handler, limits)
    this.connection = connection
    this.transport = transport
    let now = performance.now()
    this.pass = async ms => {
      now += ms
      engine.clock.advance(now)
      connection.tick(engine.clock.tick)
      await settle()
    }
  }

  async send(text: string): Promise<this> {
    this.connection.receive(Buffer.from(text, 'latin1'))
    await settle()
    return this
  }

  get statuses(): string[] {
    return [...this.transport.sent.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status!)
  }
}

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'
const never = () => new Promise<never>(() => undefined)

/** Never answers, and sets its own limit. */
const slow =
  (ms: number): Handler =>
  c => {
    c.timeout(ms)
    return never()
  }

describe('a head', () => {
  test('that is not complete in time is answered 408 and the connection closed', async () => {
    const bench = await new Bench(() => 'ok', { headerTimeoutMs: 10_000 }).send('GET / HT')
    await bench.pass(9_900)
    expect(bench.statuses).toEqual([])
    await bench.pass(1_000)
    expect(bench.statuses).toEqual(['408'])
    expect(bench.transport).toMatchObject({ ended: true })
  })

  test('that trickles in gets no more time than one that comes at once', async () => {
    const bench = await new Bench(() => 'ok', { headerTimeoutMs: 1_000 }).send('GET / HTTP/1.1\r\n')
    for (let i = 0; i < 15 && !bench.transport.ended; i++) {
      await bench.send('A: b\r\n')
      await bench.pass(100)
    }
    expect(bench.statuses).toEqual(['408'])
  })

  test('that never begins closes the connection without a word', async () => {
    const bench = new Bench(() => 'ok', { headerTimeoutMs: 1_000 })
    await bench.pass(2_000)
    expect(bench.transport).toMatchObject({ ended: true, sent: '' })
  })
})

describe('an idle connection', () => {
  test('is closed after keepAlive, and not before', async () => {
    const bench = await new Bench(() => 'ok', { keepAliveTimeoutMs: 72_000 }).send(GET)
    await bench.pass(71_900)
    expect(bench.transport.ended).toBe(false)
    await bench.pass(1_000)
    expect(bench.transport.ended).toBe(true)
    expect(bench.statuses).toEqual(['200'])
  })

  test('that sent an empty line is still idle: no 408 stands where the next answer should', async () => {
    const bench = await new Bench(() => 'ok', { headerTimeoutMs: 1_000 }).send(`${GET}\r\n`)
    await bench.pass(5_000)
    expect(bench.statuses).toEqual(['200'])
    await bench.send(GET)
    expect(bench.statuses).toEqual(['200', '200'])
  })
})

describe('a body', () => {
  const post = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n'
  const reading: Handler = async c => (await c.req.bytes()).length

  test('that stalls is answered 408', async () => {
    const bench = await new Bench(reading, { bodyTimeoutMs: 5_000 }).send(`${post}abc`)
    await bench.pass(4_900)
    expect(bench.statuses).toEqual([])
    await bench.pass(1_000)
    expect(bench.statuses).toEqual(['408'])
    expect(bench.transport.ended).toBe(true)
  })

  test('that stalls is answered 408 also when the time of its handler is over at the same moment', async () => {
    const bench = await new Bench(reading, { bodyTimeoutMs: 5_000, handlerTimeoutMs: 5_000 }).send(`${post}abc`)
    await bench.pass(6_000)
    expect(bench.statuses).toEqual(['408'])
  })

  test('that stalls does not save a handler that hangs', async () => {
    const hanging: Handler = async c => {
      await c.req.bytes().catch(() => undefined)
      await new Promise(() => undefined)
    }
    const bench = await new Bench(hanging, { bodyTimeoutMs: 5_000, handlerTimeoutMs: 5_000 }).send(`${post}abc`)
    await bench.pass(6_000)
    await bench.pass(1_000)
    expect(bench.statuses).toEqual(['503'])
  })

  test('that trickles below the minimum rate is answered 408, although it never stalls', async () => {
    const bench = await new Bench(reading, {
      bodyTimeoutMs: 5_000,
      minBodyBytesPerSecond: 100,
      handlerTimeoutMs: 1e6,
    }).send(post)
    for (let seconds = 0; seconds < 20 && bench.statuses.length === 0; seconds++) {
      await bench.send('abcdefghij')
      await bench.pass(1_000)
    }
    expect(bench.statuses).toEqual(['408'])
  })

  test('that keeps its rate may take long', async () => {
    const bench = await new Bench(reading, {
      bodyTimeoutMs: 5_000,
      minBodyBytesPerSecond: 100,
      handlerTimeoutMs: 1e6,
    }).send(post)
    for (let i = 0; i < 100; i++) {
      await bench.send('x'.repeat(1000))
      await bench.pass(4_000)
    }
    expect(bench.statuses).toEqual(['200'])
  })

  test('that is not read causes no body time-out for the handler', async () => {
    const bench = await new Bench(never, { bodyTimeoutMs: 1_000, handlerTimeoutMs: 1e6 }).send(post)
    await bench.pass(100_000)
    expect(bench.statuses).toEqual([])
  })
})

describe('a handler', () => {
  test('that takes too long is answered for with 503, its signal aborted, and its own answer dropped', async () => {
    let late = (_: unknown): void => undefined
    let reason: unknown
    const handler: Handler = c => {
      c.signal.addEventListener('abort', () => (reason = c.signal.reason))
      return new Promise(resolve => (late = resolve))
    }
    const bench = await new Bench(handler, { handlerTimeoutMs: 30_000 }).send(GET)
    await bench.pass(29_900)
    expect([bench.statuses, reason]).toEqual([[], undefined])
    await bench.pass(1_000)
    expect(bench.statuses).toEqual(['503'])
    expect(bench.transport.sent).toContain('"code":"handler_timeout"')
    expect(reason).toMatchObject({ code: 'handler_timeout' })
    late('late')
    await settle()
    expect(bench.statuses).toEqual(['503'])
    expect(bench.transport.ended).toBe(true)
  })

  test('may set its own limit, shorter or longer', async () => {
    const short = await new Bench(slow(1_000)).send(GET)
    await short.pass(2_000)
    expect(short.statuses).toEqual(['503'])
    const long = await new Bench(slow(100_000), { handlerTimeoutMs: 1_000 }).send(GET)
    await long.pass(50_000)
    expect(long.statuses).toEqual([])
  })

  test('that answered in time is left alone, and so is the next one', async () => {
    const bench = await new Bench(
      async c => {
        await null
        return c.signal.aborted
      },
      { handlerTimeoutMs: 1_000 },
    ).send(GET)
    await bench.pass(60_000)
    await bench.send(GET)
    expect(bench.statuses).toEqual(['200', '200'])
    expect(bench.transport.ended).toBe(false)
  })
})

describe('a peer that reads nothing', () => {
  const endless: Handler = c =>
    c.stream(
      (async function* () {
        for (;;) yield 'x'.repeat(1000)
      })(),
    )

  test('stops the source, and cuts it if it continues', async () => {
    const bench = new Bench(endless, { writeTimeoutMs: 30_000 })
    bench.transport.ready = false
    await bench.send(GET)
    const { length } = bench.transport.sent
    expect(length).toBeLessThan(3_000)
    await bench.pass(29_900)
    expect(bench.transport.destroyed).toBe(false)
    await bench.pass(1_000)
    expect(bench.transport.destroyed).toBe(true)
    expect(bench.transport.sent.length).toBe(length)
  })

  test('that takes some now and then is served', async () => {
    const bench = new Bench(endless, { writeTimeoutMs: 30_000 })
    bench.transport.ready = false
    await bench.send(GET)
    for (let i = 0; i < 10; i++) {
      await bench.pass(20_000)
      bench.connection.writable()
      await settle()
    }
    expect(bench.transport.destroyed).toBe(false)
  })

  test('gets no further pipelined request handled', async () => {
    let handled = 0
    const bench = new Bench(() => {
      handled++
      return 'x'.repeat(100_000)
    })
    bench.transport.ready = false
    await bench.send(GET.repeat(50))
    expect(handled).toBe(1)
    expect(bench.transport.paused).toBe(true)
    bench.transport.ready = true
    bench.connection.writable()
    await settle()
    expect(handled).toBe(50)
  })
})

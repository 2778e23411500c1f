import { describe, expect, test } from 'vitest'
import { GET, post, serving } from './serving.ts'

const { start, open } = serving()
const TIMEOUT_MS = 200
const limits = { headerTimeoutMs: TIMEOUT_MS, keepAliveTimeoutMs: TIMEOUT_MS, bodyTimeoutMs: TIMEOUT_MS }

/** The process does nothing for longer than every time-out, as in a long computation or while the machine runs others. */
function stall(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5 * TIMEOUT_MS)
}

describe('after a stall of the process, what has arrived meanwhile is not late:', () => {
  test('the next request of an idle connection is answered', async () => {
    const client = await open(await start(() => 'ok', limits))
    await client.send(GET).answers(1)
    client.send(GET)
    stall()
    expect((await client.answers(1))[0]).toMatchObject({ status: 200 })
  })

  test('the first request of a new connection is answered', async () => {
    const client = await open(await start(() => 'ok', limits))
    client.send(GET)
    stall()
    expect((await client.answers(1))[0]).toMatchObject({ status: 200 })
  })

  test('the rest of a head completes it', async () => {
    const client = await open(await start(() => 'ok', limits))
    // The first octets of the second head have been read with the first request.
    await client.send(`${GET}GET / HT`).answers(1)
    client.send('TP/1.1\r\nHost: a\r\n\r\n')
    stall()
    expect((await client.answers(1))[0]).toMatchObject({ status: 200 })
  })

  test('the rest of a body completes it', async () => {
    const reading = Promise.withResolvers<void>()
    const server = await start(async c => {
      let length = 0
      for await (const piece of c.req.stream) {
        length += (piece as Buffer).length
        reading.resolve()
      }
      return { length }
    }, limits)
    const client = await open(server)
    client.send(post('abc', 6))
    await reading.promise
    client.send('def')
    stall()
    expect((await client.answers(1))[0]).toMatchObject({ status: 200, body: '{"length":6}' })
  })

  test('the last request before a closing server closes idle connections is answered', async () => {
    const server = await start(() => 'ok', { drainTimeoutMs: TIMEOUT_MS })
    const client = await open(server)
    await client.send(GET).answers(1)
    const closed = server.close()
    client.send(GET)
    stall()
    expect((await client.answers(1))[0]).toMatchObject({
      status: 200,
      head: expect.stringContaining('Connection: close'),
    })
    await closed
  })

  test('a head that stays incomplete is still answered 408', async () => {
    const client = await open(await start(() => 'ok', limits))
    client.send('GET / HT')
    stall()
    expect(await client.toEnd()).toMatch(/^HTTP\/1\.1 408 /)
  })
})

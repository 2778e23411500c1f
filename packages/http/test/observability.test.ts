import { channel } from 'node:diagnostics_channel'
import { afterEach, expect, test } from 'vitest'
import type { Context, Finish } from '../src/index.ts'
import { recorder } from './recorder.ts'
import { eventually, GET, post, serving } from './serving.ts'

const { start, open } = serving()
const subscriptions: (() => void)[] = []
afterEach(() => {
  for (const end of subscriptions.splice(0)) end()
})

/** Everything that is published on a channel from now on. */
function listen(name: string): unknown[] {
  const messages: unknown[] = []
  const listener = (message: unknown) => messages.push(message)
  channel(name).subscribe(listener)
  subscriptions.push(() => channel(name).unsubscribe(listener))
  return messages
}

test('connections, requests and their ends are published', async () => {
  const opened = listen('arlen:http:connection:open')
  const closed = listen('arlen:http:connection:close')
  const started = listen('arlen:http:request:start') as { context: Context }[]
  const finished = listen('arlen:http:request:finish') as { context: Context; finish: Finish }[]
  const failed = listen('arlen:http:request:error')
  const server = await start(() => ({ a: 1 }), { timings: true })
  const client = await open(server)
  await client.send(GET).answers(1)
  client.close()
  await eventually(() => closed.length === 1)
  expect([opened, closed]).toEqual([[{ remoteAddress: '127.0.0.1' }], [{ remoteAddress: '127.0.0.1' }]])
  expect(started[0]!.context.req.path).toBe('/')
  expect(finished[0]!.context).toBe(started[0]!.context)
  expect(finished[0]!.finish).toMatchObject({ status: 200, bytes: 7, error: undefined })
  expect(finished[0]!.finish.durationMs).toBeGreaterThan(0)
  expect(finished[0]!.context.timings!.total).toBeGreaterThan(0)
  expect(failed).toEqual([])
})

test('a request that was cut is an error, and finished once', async () => {
  const finished = listen('arlen:http:request:finish') as { finish: Finish }[]
  const failed = listen('arlen:http:request:error') as { finish: Finish }[]
  const server = await start(() => new Promise(() => undefined))
  const client = await open(server)
  client.send(GET)
  await eventually(() => server.requestsInFlight === 1)
  client.socket.resetAndDestroy()
  await eventually(() => failed.length === 1)
  expect(failed[0]!.finish.error).toMatchObject({ code: 'client_disconnected' })
  expect(finished).toHaveLength(1)
})

test.each<[string, string, number, number]>([
  ['an answer', GET, 200, 2],
  ['an error', GET.replace('/ ', '/error '), 500, 120],
  ['HEAD', GET.replace('GET', 'HEAD'), 200, 0],
  ['a stream', GET.replace('/ ', '/stream '), 200, 6],
  ['a body that is too large', post('', 2_000_000), 413, 0],
])('onFinish is told of %s, with status and bytes', async (_, request, status, bytes) => {
  const finishes: Finish[] = []
  const server = await start(
    async c => {
      if (c.req.path === '/error') throw new Error('a')
      if (c.req.path === '/stream') return c.stream(new Response('abcdef').body!)
      await c.req.bytes()
      return 'ok'
    },
    { onFinish: (_c, finish) => finishes.push(finish) },
  )
  const client = await open(server)
  client.send(request)
  await eventually(() => finishes.length === 1)
  expect(finishes[0]!.status).toBe(status)
  expect(finishes[0]!.bytes).toBeGreaterThanOrEqual(bytes)
  expect(finishes[0]!.durationMs).toBeLessThan(20_000)
})

test('an onFinish that throws is logged and does no harm', async () => {
  const log = recorder()
  const server = await start(() => 'ok', {
    log,
    onFinish: () => {
      throw new Error('in the log')
    },
  })
  const client = await open(server)
  const answers = await client.send(GET + GET).answers(2)
  expect(answers.map(({ status }) => status)).toEqual([200, 200])
  expect(log.lines('error').map(({ msg }) => msg)).toEqual(['onFinish failed', 'onFinish failed'])
})

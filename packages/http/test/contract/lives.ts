import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { Finish, Handler, HttpOptions } from '../../src/index.ts'
import { deferred } from '../serving.ts'
import { endless, pieces, post, type Tools } from './tools.ts'

export function lives({ serve, codeOf }: Tools): void {
  describe('the life of a request', () => {
    test('is over for its handler when the client leaves', async () => {
      const signalled = deferred<unknown>()
      const finished = deferred<Finish>()
      const running = deferred()
      const served = await serve(
        c => {
          c.signal.addEventListener('abort', () => signalled.resolve(c.signal.reason))
          running.resolve()
          return new Promise(() => undefined)
        },
        { onFinish: (_c, finish) => finished.resolve(finish) },
      )
      const asked = served.ask()
      await running.promise
      asked.leave()
      expect(await signalled.promise).toMatchObject({ code: 'client_disconnected' })
      expect(await finished.promise).toMatchObject({ status: 0, error: { code: 'client_disconnected' } })
    })

    test('is over for the stream of its answer when the client leaves', async () => {
      const { source, left } = endless()
      const served = await serve(c => c.stream(source))
      const asked = served.ask()
      await (await asked.answer).read()
      asked.leave()
      await expect(left).resolves.toBeUndefined()
    })

    test('is over for the reader of its body when the client leaves', async () => {
      const read = deferred<unknown>()
      const reading = deferred()
      const served = await serve(async c => {
        reading.resolve()
        await c.req.text().catch(read.resolve)
        return 'late'
      })
      const waiting = async function* (): AsyncGenerator<Uint8Array> {
        yield Buffer.from('abc')
        await new Promise(() => undefined)
      }
      const asked = served.ask(post(waiting()))
      await reading.promise
      asked.leave()
      expect(await read.promise).toMatchObject({ code: 'client_disconnected' })
    })

    test('is observed once, with what was sent', async () => {
      const finishes: Finish[] = []
      const options: HttpOptions = { onFinish: (_c, finish) => finishes.push(finish) }
      const served = await serve(c => (c.req.path === '/stream' ? c.stream(pieces('ab', 'c')) : 'grüß'), options)
      for (const target of ['/', '/stream']) await (await served.ask({ target }).answer).text()
      expect(finishes).toMatchObject([
        { status: 200, bytes: 6, error: undefined },
        { status: 200, bytes: 3, error: undefined },
      ])
    })

    test('ends with 503 where the handler takes too long, and its signal says so', async () => {
      let reason: unknown
      const slow: Handler = c => {
        c.signal.addEventListener('abort', () => (reason = c.signal.reason))
        return new Promise(() => undefined)
      }
      expect(await codeOf(slow, {}, { handlerTimeoutMs: 50 })).toEqual([503, 'handler_timeout'])
      expect(reason).toMatchObject({ code: 'handler_timeout' })
    })

    test('is as long as c.timeout says', async () => {
      const patient: Handler = async c => {
        c.timeout(10_000)
        await delay(200)
        return { code: 'in time' }
      }
      expect(await codeOf(patient, {}, { handlerTimeoutMs: 50 })).toEqual([200, 'in time'])
      const hasty: Handler = c => {
        c.timeout(20)
        return new Promise(() => undefined)
      }
      expect(await codeOf(hasty, {}, { handlerTimeoutMs: Number.POSITIVE_INFINITY })).toEqual([503, 'handler_timeout'])
    })

    test('does not begin above the limit of requests in flight', async () => {
      const running = deferred()
      const release = deferred()
      const served = await serve(
        async () => {
          running.resolve()
          await release.promise
          return 'ok'
        },
        { maxRequestsInFlight: 1 },
      )
      const first = served.ask()
      await running.promise
      const second = await served.ask().answer
      expect([second.status, second.header('retry-after')]).toEqual([503, '1'])
      release.resolve()
      expect((await first.answer).status).toBe(200)
    })
  })
}

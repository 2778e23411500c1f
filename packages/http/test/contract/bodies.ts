import { describe, expect, test } from 'vitest'
import type { Handler, HttpOptions } from '../../src/index.ts'
import { endless, json, ok, pieces, post, settled, type Tools } from './tools.ts'

export function bodies({ serve, ask, codeOf }: Tools): void {
  describe('a body', () => {
    test('is read as text, JSON, form, bytes and stream, with its length or without', async () => {
      expect((await ask(async c => c.req.text(), post('grüß'))).text).toBe('grüß')
      expect((await ask(async c => ({ got: await c.req.json() }), json('{"a":[1]}'))).text).toBe('{"got":{"a":[1]}}')
      const form = post('a=1&b=%C3%A4', [['Content-Type', 'application/x-www-form-urlencoded']])
      expect((await ask(async c => c.req.form(), form)).text).toBe('{"a":"1","b":"ä"}')
      expect((await ask(async c => c.req.bytes(), post(pieces('on', 'e')))).text).toBe('one')
      expect((await ask(c => c.stream(c.req.stream), post(pieces('x'.repeat(200_000), 'y')))).text).toHaveLength(
        200_001,
      )
    })

    test('is not there where none was sent', async () => {
      expect((await ask(async c => ({ text: await c.req.text() }), { method: 'POST' })).text).toBe('{"text":""}')
    })

    test('that says it is too large is refused before it is read', async () => {
      const { source, taken } = endless()
      const request = post(source, [['Content-Length', '1000000000']])
      expect(await codeOf(async c => c.req.bytes(), request)).toEqual([413, 'body_too_large'])
      expect(await settled(taken)).toBeLessThan(32 * 1024 * 1024)
    })

    test('that turns out to be too large is refused as soon as it is', async () => {
      const { source } = endless()
      expect(await codeOf(async c => c.req.bytes(), post(source))).toEqual([413, 'body_too_large'])
    })

    test('may be larger where the handler says so', async () => {
      const handler: Handler = async c => {
        c.req.maxBodyBytes = 3_000_000
        return { bytes: (await c.req.bytes()).length }
      }
      expect((await ask(handler, post('x'.repeat(2_000_000)))).text).toBe('{"bytes":2000000}')
    })

    test('that ends before its length is refused', async () => {
      const request = post(pieces('abc'), [['Content-Length', '5']])
      expect(await codeOf(async c => c.req.text(), request)).toEqual([400, 'request_incomplete'])
    })

    test('that does not come in time is refused', async () => {
      const waiting = async function* (): AsyncGenerator<Uint8Array> {
        yield Buffer.from('abc')
        await new Promise(() => undefined)
      }
      const options: HttpOptions = { bodyTimeoutMs: 50 }
      expect(await codeOf(async c => c.req.text(), post(waiting()), options)).toEqual([408, 'request_timeout'])
    })

    test('is taken no faster than it is read', async () => {
      const { source, taken } = endless()
      const served = await serve(c => {
        c.req.maxBodyBytes = Number.POSITIVE_INFINITY
        c.req.stream.once('readable', () => c.req.stream.read(1))
        return new Promise(() => undefined)
      })
      const asked = served.ask(post(source))
      await settled(taken)
      const before = taken()
      expect(await settled(taken)).toBe(before)
      // The buffers of two sockets are the system's, and may be large.
      expect(before).toBeLessThan(32 * 1024 * 1024)
      asked.leave()
    })

    test('that is not read delays no response, and is released', async () => {
      const { source, left } = endless()
      const served = await serve(ok)
      const asked = served.ask(post(source))
      const answer = await asked.answer
      expect([answer.status, await answer.text()]).toEqual([200, 'ok'])
      asked.leave()
      await left
    })

    test('is read once, and reading it again fails with an explanation', async () => {
      const handler: Handler = async c => {
        c.req.stream.resume()
        return c.req.text()
      }
      expect(await codeOf(handler, post('abc'))).toEqual([500, 'internal_error'])
    })
  })
}

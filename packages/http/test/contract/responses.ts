import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import type { Handler } from '../../src/index.ts'
import { endless, pieces, settled, type Tools } from './tools.ts'

export function answers({ serve, ask, codeOf }: Tools): void {
  describe('an answer', () => {
    test.each<[string, Handler, number, string | null, string]>([
      ['text', c => c.text('grüß'), 200, 'text/plain; charset=utf-8', 'grüß'],
      ['a plain value', () => ({ a: 1 }), 200, 'application/json', '{"a":1}'],
      ['a page', c => c.html('<p>', 201), 201, 'text/html; charset=utf-8', '<p>'],
      ['bytes', () => Buffer.from('abc'), 200, 'application/octet-stream', 'abc'],
      ['bytes of no type', c => c.bytes(Buffer.from('abc'), { type: '' }), 200, null, 'abc'],
      ['nothing', c => c.empty(), 204, null, ''],
      ['not modified', c => c.text('dropped', 304), 304, null, ''],
      ['elsewhere', c => c.redirect('/there'), 303, null, ''],
      ['a Response of the web', () => new Response('web', { status: 202 }), 202, 'text/plain;charset=UTF-8', 'web'],
      ['a large text', () => 'x'.repeat(1_000_000), 200, 'text/plain; charset=utf-8', 'x'.repeat(1_000_000)],
      ['a Node stream', c => c.stream(Readable.from(['a', 'b'])), 200, 'application/octet-stream', 'ab'],
      ['a generator', c => c.stream(pieces('a', '', 'b')), 200, 'application/octet-stream', 'ab'],
      ['a stream of nothing', c => c.stream(pieces()), 200, 'application/octet-stream', ''],
    ])('of %s', async (_, handler, status, type, text) => {
      const asked = await ask(handler)
      expect([asked.status, asked.answer.header('content-type'), asked.text]).toEqual([status, type, text])
      expect(asked.answer.header('date')).toMatch(/GMT$/)
    })

    test('has a length where it is known, also for HEAD and for streams', async () => {
      const handlers: Handler[] = [() => 'grüß', c => c.stream(pieces('grüß'), { length: 6 })]
      for (const handler of handlers) {
        for (const method of ['GET', 'HEAD']) {
          const { answer, text } = await ask(handler, { method })
          expect([answer.header('content-length'), text]).toEqual(['6', method === 'HEAD' ? '' : 'grüß'])
        }
      }
      expect((await ask(c => c.empty())).answer.header('content-length')).toBeNull()
      expect((await ask(c => c.empty(205))).answer.header('content-length')).toBe('0')
    })

    test('has the fields of c.res and its own, and every cookie', async () => {
      const { answer } = await ask(c => {
        c.res.headers.set('X-A', 'default').set('X-B', 'b')
        return c.text('ok', { headers: { 'X-A': 'own' } })
      })
      expect([answer.header('x-a'), answer.header('x-b')]).toEqual(['own', 'b'])
      const { answer: baked } = await ask(c => {
        c.setCookie('a', '1')
        c.setCookie('b', '2')
        return 'ok'
      })
      expect(baked.cookies.map(cookie => cookie.slice(0, 3))).toEqual(['a=1', 'b=2'])
    })

    test('has the id that was asked for, and the timings of its stages where they are measured', async () => {
      const { answer, text } = await ask(c => c.req.id, {}, { timings: true })
      expect(answer.header('x-request-id')).toBe(text)
      expect(answer.header('server-timing')).toMatch(/^parse;dur=.*total;dur=/)
    })

    test.each<[string, Handler, unknown[]]>([
      [
        'what a handler throws',
        () => {
          throw new Error('secret')
        },
        [500, 'internal_error'],
      ],
      ['what it rejects with', async () => Promise.reject(new Error('secret')), [500, 'internal_error']],
      ['no answer at all', () => undefined, [500, 'internal_error']],
      ['a circle', () => circle(), [500, 'internal_error']],
      ['a stream that was read', c => c.stream(spent()), [500, 'internal_error']],
      ['a problem', c => c.problem(409, 'taken'), [409, 'taken']],
    ])('to %s is a problem document', async (_, handler, expected) => {
      expect(await codeOf(handler)).toEqual(expected)
    })

    test('to an error is what onError returns, without headers that described other content', async () => {
      const { answer, status, text } = await ask(
        c => {
          c.res.headers.set('ETag', '"a"').set('X-Kept', 'yes')
          throw new Error('secret')
        },
        {},
        { onError: async (_error, c) => c.text('sorry') },
      )
      expect([status, text]).toEqual([500, 'sorry'])
      expect([answer.header('etag'), answer.header('x-kept')]).toEqual([null, 'yes'])
    })

    test.each<[string, Handler]>([
      ['its stream fails', c => c.stream(breaking())],
      ['a Node stream fails', c => c.stream(Readable.from(breaking()))],
      ['it has more than it said', c => c.stream(pieces('abc', 'def'), { length: 4 })],
      ['it has less than it said', c => c.stream(pieces('abc'), { length: 4 })],
    ])('is cut so that its reader can tell where %s', async (_, handler) => {
      const served = await serve(handler)
      await expect(
        (async () => {
          const answer = await served.ask().answer
          await answer.text()
        })(),
      ).rejects.toThrow()
    })

    test('is made no faster than it is read', async () => {
      const { source, taken } = endless()
      const served = await serve(c => c.stream(source))
      const asked = served.ask()
      const answer = await asked.answer
      await answer.read()
      const first = await settled(taken)
      expect(first).toBeLessThan(32 * 1024 * 1024)
      for (let read = 0; read <= first; ) read += (await answer.read())!.length
      expect(await settled(taken)).toBeGreaterThan(first)
      asked.leave()
    })

    test('that is not read is cut in time', async () => {
      const { source, left } = endless()
      const served = await serve(c => c.stream(source), { writeTimeoutMs: 100 })
      await served.ask().answer
      await expect(left).resolves.toBeUndefined()
    })
  })
}

async function* breaking(): AsyncGenerator<string> {
  yield 'part'
  throw new Error('broken')
}

function spent(): Readable {
  const stream = Readable.from(['a'])
  stream.destroy()
  return stream
}

function circle(): object {
  const it: Record<string, unknown> = {}
  it.it = it
  return it
}

import { expect, test } from 'vitest'
import { HeaderBlock } from '../src/extend.ts'
import { type Handler, serve } from '../src/index.ts'
import { RawClient, type RawResponse } from './raw-client.ts'

const block = new HeaderBlock([
  ['X-One', '1'],
  ['X-Two', '2'],
])

async function ask(handler: Handler, request = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'): Promise<RawResponse> {
  const server = await serve(handler, { port: 0 })
  const client = await RawClient.open(server.address!.port)
  const [answer] = await client.send(request).answers(1)
  client.close()
  await server.close({ graceMs: 0 })
  return answer!
}

test.each<[string, Handler]>([
  ['the shortest path', () => ({ a: 1 })],
  ['a reply with fields of its own', c => c.json({ a: 1 }, { headers: { 'X-Other': '3' } })],
  ['an empty answer', c => c.empty()],
  ['a stream', c => c.stream(new Blob(['x']).stream(), { length: 1 })],
  [
    'an error',
    () => {
      throw new Error('broken')
    },
  ],
])('base headers are in %s', async (_, handler) => {
  const { head } = await ask(c => {
    c.baseHeaders(block)
    return handler(c)
  })
  expect(head).toContain('\r\nX-One: 1\r\nX-Two: 2')
})

test.each<[string, Handler]>([
  ['by the reply', c => c.text('x', { headers: { 'X-One': 'other' } })],
  [
    'through c.res',
    c => {
      c.res.headers.set('X-One', 'other')
      return 'x'
    },
  ],
])('base headers are replaced %s', async (_, handler) => {
  const { head } = await ask(c => {
    c.baseHeaders(block)
    return handler(c)
  })
  expect(head.match(/^x-(?:one|two): .*$/gim)?.sort()).toEqual(['X-One: other', 'X-Two: 2'])
})

test.each<[string, Handler, string]>([
  ['among its headers', c => c.text('a', { headers: { 'content-type': 'text/csv' } }), 'text/csv'],
  [
    'among the headers of JSON',
    c => c.json(1, { headers: { 'Content-Type': 'application/hal+json' } }),
    'application/hal+json',
  ],
  ['as its type', c => c.text('a', { type: 'text/csv' }), 'text/csv'],
  [
    'in both ways, where the type counts',
    c => c.text('a', { type: 'text/csv', headers: { 'content-type': 'x/y' } }),
    'text/csv',
  ],
])('the type of an answer may be given %s', async (_, handler, type) => {
  expect((await ask(handler)).head.match(/^content-type: .*$/gim)).toEqual([`Content-Type: ${type}`])
})

test('base headers may come from several, and what came first stays', async () => {
  const { head } = await ask(c => {
    c.baseHeaders(block)
    c.baseHeaders(
      new HeaderBlock([
        ['X-Two', 'second'],
        ['X-Three', '3'],
      ]),
    )
    return 'x'
  })
  expect(head.match(/^x-.*$/gim)).toEqual(['X-One: 1', 'X-Two: 2', 'X-Three: 3'])
})

test('base headers come after those that are set, and can be taken away', async () => {
  const { head } = await ask(c => {
    c.res.headers.set('X-One', 'first')
    c.baseHeaders(block)
    c.res.headers.delete('X-Two')
    return 'x'
  })
  expect(head).toContain('X-One: first')
  expect(head).not.toContain('X-Two')
})

test('headers that keep a response private survive when it becomes an error, and those that describe its content go', async () => {
  const failing = (value: string) =>
    ask(c => {
      c.res.headers.set('Cache-Control', value).set('ETag', '"x"')
      throw new Error('broken')
    })
  expect((await failing('no-store')).head).toContain('Cache-Control: no-store')
  expect((await failing('private, max-age=5')).head).toContain('Cache-Control: private')
  const { head } = await failing('public, max-age=60')
  expect(head).not.toContain('Cache-Control')
  expect(head).not.toContain('ETag')
})

test('a body can be read by a middleware and again by the handler', async () => {
  const body = 'a=1&b=2'
  const answer = await ask(async c => {
    const first = await c.req.form()
    return [first, await c.req.form(), await c.req.text()]
  }, `POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
  expect(JSON.parse(answer.body)).toEqual([{ a: '1', b: '2' }, { a: '1', b: '2' }, body])
})

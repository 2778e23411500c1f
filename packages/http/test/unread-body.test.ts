import { request } from 'node:http'
import { describe, expect, test } from 'vitest'
import { eventually, GET, post, serving } from './serving.ts'

const { start, open } = serving()

const MiB = 1024 * 1024

describe('an unread body', () => {
  test('is dropped when it is small, and the connection lives on', async () => {
    const server = await start(c => c.json({ path: c.req.path }, 401))
    const client = await open(server)
    client.send(post('x'.repeat(10_000), 10_000, '/a') + post('', 0, '/b'))
    const answers = await client.answers(2)
    expect(answers.map(({ status, body }) => [status, body])).toEqual([
      [401, '{"path":"/a"}'],
      [401, '{"path":"/b"}'],
    ])
  })

  test('is dropped when it arrives after the answer, and is not read as a request', async () => {
    const server = await start(c => c.req.path)
    const client = await open(server)
    client.send(post('', GET.length, '/a'))
    const [first] = await client.answers(1)
    expect(first!.head).not.toContain('Connection: close')
    client.send(GET + GET.replace('/ ', '/b '))
    const [second] = await client.answers(1)
    expect([first!.body, second!.body]).toEqual(['/a', '/b'])
  })

  test.each([
    ['a large one', post('x', 10 * MiB)],
    ['a chunked one that has not ended', 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel'],
    [
      'one that waits for 100 Continue',
      'POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n',
    ],
  ])('closes the connection when it is %s', async (_, bytes) => {
    const server = await start(c => c.problem(404))
    const client = await open(server)
    const received = await client.send(bytes).toEnd()
    expect(received).toMatch(/^HTTP\/1\.1 404 Not Found\r\n[\s\S]*Connection: close/)
    expect(received.match(/HTTP\/1\.1/g)).toHaveLength(1)
  })

  test('does not make two answers of one request that smuggles another in its body', async () => {
    const server = await start(c => c.problem(405))
    const client = await open(server)
    client.send(post(GET, 100_000))
    const received = await client.toEnd()
    expect(received.match(/HTTP\/1\.1/g)).toHaveLength(1)
  })
})

test('a handler that continues after its response cannot read another request’s body or extend its time', async () => {
  const late: unknown[] = []
  const server = await start(c => {
    if (c.req.path === '/second') return c.req.text()
    setTimeout(async () => {
      c.timeout(1)
      late.push(await c.req.text().catch((error: { code: string }) => error.code))
      try {
        late.push(c.req.stream)
      } catch (error) {
        late.push((error as { code: string }).code)
      }
    }, 20)
    return 'early'
  })
  const client = await open(server)
  client.send(`${post('first body')}${post('', 11, '/second')}`)
  await eventually(() => late.length === 2)
  client.send('second body')
  const answers = await client.answers(2)
  expect(answers.map(({ body }) => body)).toEqual(['early', 'second body'])
  expect(late).toEqual(['body_incomplete', 'body_incomplete'])
})

describe('a body over its limit', () => {
  test('is refused before it is read, and 100 Continue is never sent', async () => {
    const server = await start(async c => c.req.bytes())
    const client = await open(server)
    client.send(`POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: ${2 * MiB}\r\n\r\n`)
    expect(await client.toEnd()).toMatch(/^HTTP\/1\.1 413 [\s\S]*body_too_large/)
  })

  test('is counted as it arrives when its length is not known', async () => {
    const server = await start(async c => c.req.bytes(), { maxBodyBytes: 10 })
    const client = await open(server)
    client.send('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n12345678\r\n8\r\n12345678\r\n')
    expect(await client.toEnd()).toMatch(/^HTTP\/1\.1 413 /)
  })

  test('a route may allow more, or less', async () => {
    const server = await start(async c => {
      c.req.maxBodyBytes = c.req.path === '/more' ? 5 * MiB : 2
      return { length: (await c.req.bytes()).length }
    })
    const client = await open(server)
    client.send(post('x'.repeat(2 * MiB), 2 * MiB, '/more') + post('abc'))
    const answers = await client.answers(2)
    expect(answers.map(({ status }) => status)).toEqual([200, 413])
  })

  test('is answered 413 so that a client in the middle of its upload can read it, every time', async () => {
    const server = await start(async c => c.req.bytes())
    const size = 50 * MiB
    const block = Buffer.alloc(MiB)
    const upload = () =>
      new Promise<number>((resolve, reject) => {
        const client = request({ port: server.port, method: 'POST', headers: { 'content-length': size } }, answer => {
          answer.resume()
          answer.on('end', () => resolve(answer.statusCode!))
        })
        client.on('error', reject)
        const write = (left: number): void => {
          if (left === 0) client.end()
          else if (!client.destroyed) client.write(block, error => !error && write(left - 1))
        }
        write(50)
      })
    const results = await Promise.all(Array.from({ length: 20 }, () => upload().catch((error: Error) => error.message)))
    expect(results).toEqual(Array.from({ length: 20 }, () => 413))
  })
})

describe('Expect: 100-continue', () => {
  const head = 'POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n'

  test('is answered when the handler first reads', async () => {
    const client = await open(await start(async c => c.req.text()))
    await client.send(head).until(({ received }) => received === 'HTTP/1.1 100 Continue\r\n\r\n')
    await client.send('hello').until(({ received }) => received.endsWith('hello'))
    expect(client.received).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK/)
  })

  test('is not sent if the body has already arrived', async () => {
    const client = await open(await start(async c => c.req.text()))
    const [answer] = await client.send(`${head}hello`).answers(1)
    expect(answer).toMatchObject({ status: 200, body: 'hello' })
  })

  test('is also sent when the stream is read', async () => {
    const client = await open(await start(c => c.stream(c.req.stream)))
    await client.send(head).until(({ received }) => received.includes('100 Continue'))
    expect(await client.send('hello').until(({ received }) => received.endsWith('\r\n0\r\n\r\n'))).toContain(
      '5\r\nhello\r\n',
    )
  })
})

import { seededBelow } from '@arlen/core/seeded'
import { expect, test } from 'vitest'
import { toFetch } from '../../src/fetch/to-fetch.ts'
import type { Handler } from '../../src/index.ts'
import { memoryConnection, settle } from '../memory-connection.ts'

/** What a handler sees of a request, to be the same however it came. */
const seen: Handler = c => ({ method: c.req.method, url: c.req.url, host: c.req.host, headers: c.req.headers })

test('a web Request is read or rejected as a connection would do it', async () => {
  const fetch = toFetch(seen)
  const different: string[] = []
  for (let seed = 1; seed <= Number(process.env.FUZZ ?? 1000); seed++) {
    const request = anyRequest(seededBelow(seed))
    if (request === null) continue
    const response = await fetch(request.clone())
    const overFetch = `${response.status} ${shown(await response.text())}`
    const overWire = await onConnection(request)
    if (overFetch !== overWire)
      different.push(`seed ${seed}: fetch ${overFetch.slice(0, 200)}, connection ${overWire.slice(0, 200)}`)
  }
  expect(different).toEqual([])
})

/** An answer without the id of its request. */
function shown(body: string): string {
  return body.replace(/"correlationId":"[^"]*"/, '')
}

/** Null where the web has no such Request either. */
function anyRequest(next: (below: number) => number): Request | null {
  const pick = <T>(...all: T[]): T => all[next(all.length)]!
  const text = (most: number) => String.fromCharCode(...Array.from({ length: next(most) }, () => 1 + next(255)))
  try {
    const headers = new Headers()
    for (let i = next(4); i > 0; i--) {
      const name = pick(
        'X-A',
        'Accept',
        'Cookie',
        'Content-Length',
        'Expect',
        'Transfer-Encoding',
        'Connection',
        'Upgrade',
      )
      headers.append(name, pick(text(8), text(3), '3', 'chunked', '100-continue', 'close', 'a b\tc'))
    }
    const path = pick(
      '/',
      `/${text(6)}`,
      '/a%zz',
      '/%C3%A4?%',
      `/?${text(6)}`,
      '/..//./a',
      `/${'a'.repeat(next(5000))}`,
    )
    const method = pick('GET', 'GET', 'DELETE', 'BREW', text(4))
    return new Request(`${pick('http://a', 'http://a.example:8080', 'http://[::1]', 'http://a_b')}${path}`, {
      method,
      headers,
    })
  } catch {
    return null
  }
}

async function onConnection(request: Request): Promise<string> {
  const { connection, transport } = memoryConnection(seen)
  const { host, pathname, search } = new URL(request.url)
  let head = `${request.method} ${pathname}${search} HTTP/1.1\r\nHost: ${host}\r\n`
  for (const [name, value] of request.headers) head += `${name}: ${value}\r\n`
  connection.receive(Buffer.from(`${head}\r\n`, 'latin1'))
  await settle()
  const [answer = '', ...content] = Buffer.from(transport.sent, 'latin1').toString().split('\r\n\r\n')
  return `${answer.slice(9, 12)} ${shown(content.join('\r\n\r\n'))}`
}

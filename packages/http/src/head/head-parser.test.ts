import { expect, test } from 'vitest'
import { resolveLimits } from '../limits.ts'
import { HeadParserPool } from './head-parser.ts'

const GET = Buffer.from('GET /b HTTP/1.1\r\nHost: b\r\n\r\n')

test('a parser that was given back in the middle of a head knows nothing of it', () => {
  const pool = new HeadParserPool(resolveLimits({}))
  const post = Buffer.from('POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nConnection: close\r\nContent-Ty')
  for (let cut = 1; cut <= post.length; cut++) {
    const parser = pool.take()
    expect(parser.parse(post, 0, cut)).toBe('more')
    pool.giveBack(parser)
    expect(pool.take()).toBe(parser)
    expect(parser.started).toBe(false)
    expect(parser.parse(GET, 0, GET.length)).toBe('done')
    const { isGet, contentLength, close, hosts, types, end } = parser.head
    expect({ isGet, contentLength, close, hosts, types, end }).toEqual({
      isGet: true,
      contentLength: -1,
      close: false,
      hosts: 1,
      types: 0,
      end: GET.length,
    })
    pool.giveBack(parser)
  }
})

test('two heads that are read at once have a parser each', () => {
  const pool = new HeadParserPool(resolveLimits({}))
  const [one, two] = [pool.take(), pool.take()]
  expect(one).not.toBe(two)
})

import { describe, expect, test } from 'vitest'
import { matches, readResponse } from './answer.ts'
import { demandSameResponse } from './measure.ts'
import { scenarios } from './scenarios.ts'

const bytes = (body: string, fields = 'Content-Type: text/plain\r\nDate: Mon, 01 Jan 2024 00:00:00 GMT\r\n') =>
  Buffer.from(`HTTP/1.1 200 OK\r\n${fields}Content-Length: ${body.length}\r\n\r\n${body}`)

function answer(body: string, fields?: string) {
  const read = readResponse(bytes(body, fields))
  if (!read) throw new Error('not whole')
  return read
}

describe('reading an answer', () => {
  test('gives status, fields and body once it is whole', () => {
    const whole = bytes('hello')
    for (let length = 0; length < whole.length; length += 1)
      expect(readResponse(whole.subarray(0, length))).toBeUndefined()
    expect(readResponse(whole)).toMatchObject({ status: 200, body: Buffer.from('hello') })
  })

  test.each([
    ['a second answer', Buffer.concat([bytes('a'), bytes('a')]), /bytes after the end/],
    ['no length', Buffer.from('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'), /without Content-Length/],
    ['no HTTP', Buffer.from('SSH-2.0-OpenSSH\r\n\r\n'), /not an HTTP\/1.1 status line/],
  ])('refuses %s', (_, received, reason) => {
    expect(() => readResponse(received)).toThrow(reason)
  })
})

describe('comparing what comes with the first answer', () => {
  const first = answer('hello world')
  const later = bytes('hello world', 'Content-Type: text/plain\r\nDate: Tue, 02 Jan 2024 11:22:33 GMT\r\n')

  test('leaves aside what may change, however the bytes are cut', () => {
    for (let cut = 0; cut <= later.length; cut += 1) {
      expect(matches(first, later.subarray(0, cut), cut, 0)).toBe(true)
      expect(matches(first, later.subarray(cut), later.length - cut, cut)).toBe(true)
    }
  })

  test('finds any other byte that differs', () => {
    const [start = 0, end = 0] = first.holes[0] ?? []
    for (let at = 0; at < later.length; at += 1) {
      const wrong = Buffer.from(later)
      wrong[at] = (wrong[at] ?? 0) ^ 1
      expect(matches(first, wrong, wrong.length, 0)).toBe(at >= start && at < end)
    }
  })

  test('finds bytes too many', () => {
    expect(matches(first, Buffer.concat([later, Buffer.from('x')]), later.length + 1, 0)).toBe(false)
  })
})

describe('servers are compared only when they answer alike:', () => {
  const [scenario] = scenarios
  if (!scenario) throw new Error('no scenario')
  const reference = answer('body')

  test('date, connection and the charset are their own', () => {
    const fields = 'content-type: text/plain; charset=utf-8\r\nConnection: keep-alive\r\nKeep-Alive: timeout=5\r\n'
    expect(() => demandSameResponse(scenario, 'x', answer('body', fields), reference)).not.toThrow()
  })

  test.each([
    ['another body', answer('ydob'), /x answers with body ydob, node-http with body/],
    ['another type', answer('body', 'Content-Type: text/html\r\n'), /content-type text\/html/],
    ['a field more', answer('body', 'Content-Type: text/plain\r\nETag: "1"\r\n'), /header fields .*etag/],
    ['a field less', answer('body', ''), /content-type undefined/],
  ])('%s is refused', (_, other, reason) => {
    expect(() => demandSameResponse(scenario, 'x', other, reference)).toThrow(reason)
  })
})

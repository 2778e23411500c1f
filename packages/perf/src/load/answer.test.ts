import { describe, expect, test } from 'vitest'
import { headerOf, matches, readResponse } from './answer.ts'

const DATE = 'Mon, 01 Jan 2024 00:00:00 GMT'
const head = (fields: string, date = DATE) => `HTTP/1.1 200 OK\r\nDate: ${date}\r\n${fields}\r\n\r\n`
const ANSWERS: readonly [framing: string, text: string, body: string][] = [
  ['a length', `${head('Content-Length: 5')}hello`, 'hello'],
  [
    'chunks',
    `${head('Transfer-Encoding: Chunked')}3\r\nhel\r\n2;a=b\r\nlo\r\n0\r\n\r\n`,
    '3\r\nhel\r\n2;a=b\r\nlo\r\n0\r\n\r\n',
  ],
  ['no body at all', `HTTP/1.1 204 No Content\r\nDate: ${DATE}\r\n\r\n`, ''],
]

describe('reading an answer', () => {
  test.each(ANSWERS)('with %s is undefined until it is whole, and leaves what follows', (_, text, body) => {
    const whole = Buffer.from(text)
    for (let length = 0; length < whole.length; length += 1) {
      expect(readResponse(whole.subarray(0, length))).toBeUndefined()
    }
    const answer = readResponse(Buffer.concat([whole, Buffer.from('HTTP/1.1 2')]))!
    expect([String(answer.bytes), String(answer.body)]).toEqual([text, body])
    expect(headerOf(answer, 'date')).toBe(DATE)
  })

  test.each([
    ['neither a length nor chunks', head('X: y'), /neither Content-Length nor/],
    ['a chunk without a size', `${head('Transfer-Encoding: chunked')}zz\r\n`, /chunk without a size/],
    ['another protocol', 'SSH-2.0-OpenSSH\r\n\r\n', /not an HTTP\/1\.1 status line: SSH-2\.0-OpenSSH/],
  ])('refuses %s', (_, text, reason) => {
    expect(() => readResponse(Buffer.from(text))).toThrow(reason)
  })
})

test.each(ANSWERS)('with %s, only the date may differ from the first answer, however the bytes are cut', (_, text) => {
  const first = readResponse(Buffer.from(text))!
  const later = Buffer.from(text.replace(DATE, 'Tue, 02 Jan 2024 11:22:33 GMT'))
  for (let cut = 0; cut <= later.length; cut += 1) {
    expect(matches(first, later.subarray(0, cut), cut, 0)).toBe(true)
    expect(matches(first, later.subarray(cut), later.length - cut, cut)).toBe(true)
  }
  const [[start, end]] = first.holes as [[number, number]]
  for (let at = 0; at < later.length; at += 1) {
    const wrong = Buffer.from(later)
    wrong[at]! ^= 1
    expect(matches(first, wrong, wrong.length, 0)).toBe(at >= start && at < end)
  }
  expect(matches(first, Buffer.concat([later, Buffer.from('x')]), later.length + 1, 0)).toBe(false)
})

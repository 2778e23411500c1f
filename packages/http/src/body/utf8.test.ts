import { isUtf8 } from 'node:buffer'
import { expect, test } from 'vitest'
import { decodeUtf8 } from './utf8.ts'

const refused = expect.objectContaining({ code: 'body_invalid' })

test.each<[string, number[]]>([
  ['an octet that begins nothing', [0x61, 0xff]],
  ['a sequence that is cut', [0x61, 0xe2, 0x82]],
  ['one that is longer than it need be', [0xc0, 0xaf]],
  ['half of a surrogate pair', [0xed, 0xa0, 0x80]],
  ['a continuation alone', [0x80, 0x61]],
  ['a code point beyond the last', [0xf4, 0x90, 0x80, 0x80]],
  ['an octet beside a replacement character', [0xef, 0xbf, 0xbd, 0xff]],
])('%s is not UTF-8', (_, octets) => {
  expect(() => decodeUtf8(Buffer.from(octets), 'JSON')).toThrow(refused)
})

test.each(['', 'plain', 'é', '€', '😀', '\ufffd', 'a\ufffdb', '\u0000'])('%j is', text => {
  expect(decodeUtf8(Buffer.from(text), 'JSON')).toBe(text)
})

test('one byte order mark at the start is dropped', () => {
  expect(decodeUtf8(Buffer.from('\ufeff\ufeff{}'), 'JSON')).toBe('\ufeff{}')
  expect(decodeUtf8(Buffer.from('{\ufeff}'), 'JSON')).toBe('{\ufeff}')
})

test('only the octets between start and end are read', () => {
  const bytes = Buffer.from([0xff, 0x61, 0x62, 0xff])
  expect(decodeUtf8(bytes, 'JSON', 1, 3)).toBe('ab')
  expect(() => decodeUtf8(bytes, 'JSON', 1, 4)).toThrow(refused)
})

test('every sequence of three octets out of the interesting ones is accepted if and only if Node.js accepts it', () => {
  const octets = [
    0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbd, 0xbf, 0xc0, 0xc2, 0xdf, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xf5,
    0xff,
  ]
  for (const one of octets)
    for (const two of octets)
      for (const three of octets) {
        const bytes = Buffer.from([one, two, three])
        if (isUtf8(bytes)) expect(decodeUtf8(bytes, 'JSON')).toBe(bytes.toString().replace(/^\ufeff/, ''))
        else expect(() => decodeUtf8(bytes, 'JSON')).toThrow(refused)
      }
})

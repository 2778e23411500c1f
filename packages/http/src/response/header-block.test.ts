import { expect, test } from 'vitest'
import { HeaderBlock } from './header-block.ts'
import { HeaderList } from './headers.ts'

test('a block is written once, and gives way to fields of the same name', () => {
  const block = new HeaderBlock([
    ['X-Frame-Options', 'DENY'],
    ['Referrer-Policy', 'no-referrer'],
  ])
  expect(block.text).toBe('X-Frame-Options: DENY\r\nReferrer-Policy: no-referrer\r\n')
  expect(block.serialize(new HeaderList().set('x-frame-options', 'SAMEORIGIN'))).toBe(
    'Referrer-Policy: no-referrer\r\n',
  )
})

test('refuses what no field may be', () => {
  expect(() => new HeaderBlock([['A B', 'x']])).toThrow()
  expect(() => new HeaderBlock([['A', 'x\r\nSet-Cookie: y']])).toThrow()
  expect(() => new HeaderBlock([['Transfer-Encoding', 'chunked']])).toThrow()
})

import { expect, test } from 'vitest'
import { resolveLimits } from '../limits.ts'
import { ChunkedReader } from './chunked-reader.ts'

function read(...pieces: string[]): { given: string[]; rejection: string | null; done: boolean } {
  const reader = new ChunkedReader(resolveLimits())
  const given: string[] = []
  const sink = { data: (bytes: Uint8Array) => given.push(Buffer.from(bytes).toString()) }
  for (const piece of pieces) {
    const rejection = reader.read(Buffer.from(piece), 0, piece.length, sink)
    if (rejection !== null) return { given, rejection, done: false }
  }
  return { given, rejection: null, done: reader.done }
}

const large = 'y'.repeat(2000)
const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`

test('small chunks that came together are given in one piece, however many they are', () => {
  expect(read(chunk('x').repeat(10_000)).given).toEqual(['x'.repeat(10_000)])
})

test('large chunks are given as they are, in their order between small ones', () => {
  const bytes = ['a', 'b', large, 'c', large, large, 'd'].map(chunk).join('')
  expect(read(`${bytes}0\r\n\r\n`)).toEqual({
    given: ['ab', large, 'c', large, large, 'd'],
    rejection: null,
    done: true,
  })
})

test('data before a mistake is delivered, and later data is a separate piece', () => {
  expect(read(`${chunk('a')}${chunk('b')}x`)).toEqual({ given: ['ab'], rejection: 'chunk_invalid', done: false })
  expect(read(chunk('a'), '2\r\nb', `c\r\n${chunk('d')}`, '0\r\n\r\n').given).toEqual(['a', 'b', 'cd'])
})

import { expect, test } from 'vitest'
import { LineMerger } from './log-merge.ts'

function merge(chunks: readonly string[], wrap?: (text: string) => string): string {
  let out = ''
  const merger = new LineMerger(lines => {
    out += lines.toString()
  }, wrap)
  for (const chunk of chunks) merger.push(Buffer.from(chunk))
  merger.flush()
  return out
}

const TEXT = '{"a":1}\nplain\nlines\n{"b":2}\n\n{"c":3}\nno end'

test('gives the same lines however the bytes are cut', () => {
  const whole = merge([TEXT])
  for (let size = 1; size < TEXT.length; size++) {
    const chunks = Array.from({ length: Math.ceil(TEXT.length / size) }, (_, i) => TEXT.slice(i * size, (i + 1) * size))
    expect(merge(chunks)).toBe(whole)
  }
  expect(whole).toBe(`${TEXT}\n`)
})

test('wraps lines other than JSON, neighboring ones together', () => {
  expect(merge([TEXT], text => `<${text}>`)).toBe('{"a":1}\n<plain\nlines>\n{"b":2}\n<>\n{"c":3}\n<no end>\n')
})

test.each([
  ['an object as console.log shows it', '{ a: 1 }\n'],
  ['one of several lines', '{\n  a: 1,\n  b: { c: 2 }\n}\n'],
  ['JSON of several lines', '{\n  "a": 1\n}\n'],
  ['what only begins as JSON', '{"a": 1\n'],
  ['more than one value', '{"a":1}{"b":2}\n'],
])('wraps %s', (_, text) => {
  expect(merge([text], wrapped => JSON.stringify({ msg: wrapped }))).toBe(
    `${JSON.stringify({ msg: text.slice(0, -1) })}\n`,
  )
})

test('passes an empty object, and one line of JSON that ends in spaces', () => {
  expect(merge(['{}\n{"a":1} \n'], text => `<${text}>`)).toBe('{}\n{"a":1} \n')
})

test('writes nothing before a line is whole, and passes on what has no end of line for very long', () => {
  const written: number[] = []
  const merger = new LineMerger(lines => written.push(lines.length))
  merger.push(Buffer.alloc(1000, 'x'))
  expect(written).toEqual([])
  merger.push(Buffer.alloc(1024 * 1024, 'x'))
  expect(written).toEqual([1000 + 1024 * 1024 + 1])
})

import { expect, test } from 'vitest'
import { parseQuery } from './query.ts'

test.each<[string, Record<string, string | string[]>]>([
  ['', {}],
  ['a=1', { a: '1' }],
  ['a=1&b=2', { a: '1', b: '2' }],
  ['a=1&a=2&a=3', { a: ['1', '2', '3'] }],
  ['a', { a: '' }],
  ['a=', { a: '' }],
  ['=a', { '': 'a' }],
  ['&&a=1&', { a: '1' }],
  ['a=b=c', { a: 'b=c' }],
  ['a+b=c+d', { 'a b': 'c d' }],
  ['a%20b=%C3%A4', { 'a b': 'ä' }],
  ['a=100%', { a: '100%' }],
  ['a=100%+off%21', { a: '100% off!' }],
  ['a=%', { a: '%' }],
  ['a=%2', { a: '%2' }],
  ['a=%2g%20b', { a: '%2g b' }],
  ['a=%%41', { a: '%A' }],
  ['a=%ff', { a: '\ufffd' }],
  ['a=%C3%A4%C3', { a: 'ä\ufffd' }],
  ['a=%ED%A0%80', { a: '\ufffd\ufffd\ufffd' }],
  ['a=%ef%bb%bfb', { a: '\ufeffb' }],
  ['a=ä%', { a: 'ä%' }],
  ['100%=%zz', { '100%': '%zz' }],
  ['a=%00', { a: '\0' }],
  ['a=%2B+', { a: '+ ' }],
])('%s', (text, expected) => {
  expect({ ...parseQuery(text, 10) }).toEqual(expected)
})

test('decodes whatever is sent as URLSearchParams does', () => {
  // No letters beyond US-ASCII: beside a bad escape URLSearchParams of Node.js takes only their low octet.
  const parts = ['%', '%4', '%41', '%c3', '%A4', '%fF', '%e2%82', '%zz', '+', '=', '&', 'a']
  let seed = 1
  for (let round = 0; round < 5000; round++) {
    let text = ''
    for (let length = 0; length < 8; length++) {
      seed = (seed * 48_271) % 2_147_483_647
      text += parts[seed % parts.length]
    }
    const expected: Record<string, string[]> = {}
    for (const [name, value] of new URLSearchParams(text)) expected[name] = [...(expected[name] ?? []), value]
    const read = Object.entries(parseQuery(text, 100)!).map(([name, value]) => [name, [value].flat()])
    expect(Object.fromEntries(read), text).toEqual(expected)
  }
})

test('takes as many pairs as the limit allows and no more', () => {
  expect(Object.keys(parseQuery('a&b=1&&c&', 3)!)).toEqual(['a', 'b', 'c'])
  expect(parseQuery('a&b=1&&c&', 2)).toBeUndefined()
  expect(parseQuery('a&a&a', 2)).toBeUndefined()
  expect({ ...parseQuery('', 0) }).toEqual({})
})

test('no name is special', () => {
  const query = parseQuery('__proto__=a&constructor=b&toString=c', 10)!
  for (const name in query) expect(Object.hasOwn(query, name)).toBe(true)
  expect(['hasOwnProperty', 'valueOf', '__defineGetter__'].filter(name => name in query)).toEqual([])
  expect(() => Object.assign(Object.getPrototypeOf(query), { polluted: true })).toThrow(TypeError)
  expect(Object.entries(query)).toEqual([
    ['__proto__', 'a'],
    ['constructor', 'b'],
    ['toString', 'c'],
  ])
})

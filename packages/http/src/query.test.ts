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
  ['a=%ff', { a: '%ff' }],
  ['a=%2B+', { a: '+ ' }],
])('%s', (text, expected) => {
  expect({ ...parseQuery(text) }).toEqual(expected)
})

test('no name is special', () => {
  const query = parseQuery('__proto__=a&constructor=b&toString=c')
  for (const name in query) expect(Object.hasOwn(query, name)).toBe(true)
  expect(['hasOwnProperty', 'valueOf', '__defineGetter__'].filter(name => name in query)).toEqual([])
  expect(() => Object.assign(Object.getPrototypeOf(query), { polluted: true })).toThrow(TypeError)
  expect(Object.entries(query)).toEqual([
    ['__proto__', 'a'],
    ['constructor', 'b'],
    ['toString', 'c'],
  ])
})

import { expect, test } from 'vitest'
import { parseArray } from './array-parser.ts'

const parse = (text: string) => parseArray(text, item => item)

test.each<[string, unknown[]]>([
  ['{}', []],
  ['{a,b}', ['a', 'b']],
  ['{NULL,"NULL",null}', [null, 'NULL', 'null']],
  ['{"a,b","{","}","",a b}', ['a,b', '{', '}', '', 'a b']],
  [String.raw`{"\"","\\","a\bc"}`, ['"', '\\', 'abc']],
  [
    '{{a,b},{c,d}}',
    [
      ['a', 'b'],
      ['c', 'd'],
    ],
  ],
  ['{{{a}},{{NULL}}}', [[['a']], [[null]]]],
  ['[0:2]={a,b,c}', ['a', 'b', 'c']],
  ['[2:2][1:2]={{a,b}}', [['a', 'b']]],
])('%s', (text, items) => {
  expect(parse(text)).toEqual(items)
})

test('each element is parsed by itself, NULL is not', () => {
  expect(parseArray('{1,"2",NULL}', Number)).toEqual([1, 2, null])
})

test.each(['{a', '{"a', '{a,', '{"a\\'])('%s, which was cut off, is an error and no endless loop', text => {
  expect(() => parse(text)).toThrow('array text without an end')
})

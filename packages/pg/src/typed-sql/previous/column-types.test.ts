import { expect, test } from 'vitest'
import { kindOf, takesAll } from './column-types.ts'

const type = (name: string, modifier = -1, labels: string[] | null = null) => ({ text: name, name, modifier, labels })
const varchar = (length?: number) => type('varchar', length === undefined ? -1 : length + 4)
const numeric = (precision?: number, scale = 0) =>
  type('numeric', precision === undefined ? -1 : ((precision << 16) | scale) + 4)
const mood = (...labels: string[]) => type('mood', -1, labels)

test.each<[string, ReturnType<typeof type>, ReturnType<typeof type>, boolean]>([
  ['text of anything', type('point'), type('text'), true],
  ['a longer text', varchar(10), varchar(20), true],
  ['as long a text', varchar(10), varchar(10), true],
  ['a shorter text', varchar(20), varchar(10), false],
  ['an endless text', varchar(10), varchar(), true],
  ['a limited text of an endless one', varchar(), varchar(10), false],
  ['another text that is as long', type('bpchar', 14), varchar(10), true],
  ['another text that is shorter', type('bpchar', 15), varchar(10), false],
  ['a limited text of an endless one of another type', type('text'), varchar(10), false],
  ['a limited text of a text of no length', type('bpchar', 0), varchar(10), true],
  ['a limited text of a number', type('int4'), varchar(10), false],
  ['a wider number', type('int2'), type('int4'), true],
  ['a much wider number', type('int2'), type('numeric'), true],
  ['a narrower number', type('int8'), type('int4'), false],
  ['a number of limited width', type('int4'), numeric(5), false],
  ['a double of a float', type('float4'), type('float8'), true],
  ['a double of an integer', type('int4'), type('float8'), true],
  ['a double of a long integer', type('int8'), type('float8'), false],
  ['json for jsonb', type('jsonb'), type('json'), true],
  ['jsonb for json', type('json'), type('jsonb'), true],
  ['inet for cidr', type('cidr'), type('inet'), true],
  ['cidr for inet', type('inet'), type('cidr'), false],
  ['something else', type('date'), type('int4'), false],
  ['digits before the point', numeric(8, 2), numeric(10, 2), true],
  ['digits behind the point', numeric(8, 2), numeric(10, 4), true],
  ['digits behind instead of before the point', numeric(8, 2), numeric(8, 4), false],
  ['fewer digits behind the point', numeric(8, 2), numeric(10, 1), false],
  ['any number of digits', numeric(8, 2), numeric(), true],
  ['a number of digits of any', numeric(), numeric(8, 2), false],
  ['more precise times', type('timestamptz', 3), type('timestamptz', 6), true],
  ['less precise times', type('timestamptz', 6), type('timestamptz', 3), false],
  ['more labels', mood('sad'), mood('sad', 'ok'), true],
  ['fewer labels', mood('sad', 'ok'), mood('ok'), false],
  ['labels instead of a text', type('text'), mood('ok'), false],
])('a column that becomes %s takes the same values: %#', (_, before, after, takes) => {
  expect(takesAll(before, after)).toBe(takes)
})

test.each([
  ['text', ['text', 'varchar', 'bpchar', 'citext', 'name']],
  ['int', ['int2', 'int4']],
  ['float', ['float4', 'float8']],
  ['int8', ['int8']],
  ['uuid', ['uuid']],
])('these come as one type of JavaScript, %s: %j', (kind, names) => {
  expect(names.map(name => kindOf(type(name)))).toEqual(names.map(() => kind))
})

test('labels come as text', () => expect(kindOf(mood('sad'))).toBe('text'))

import { expect, test } from 'vitest'
import { sql } from '../sql/sql.ts'
import { sortArguments, sortCopyArguments } from './query.ts'

test('a text comes with values and options, a fragment with options alone', () => {
  expect(sortArguments('select $1', [1], { name: 'one' })).toEqual({
    text: 'select $1',
    values: [1],
    options: { name: 'one' },
  })
  expect(sortArguments('select 1', undefined, undefined)).toEqual({ text: 'select 1', values: [], options: {} })
  expect(sortArguments(sql`select ${1}`, { name: 'one' }, undefined)).toEqual({
    text: 'select $1',
    values: [1],
    options: { name: 'one' },
  })
  expect(sortArguments(sql`select 1`, undefined, undefined)).toEqual({ text: 'select 1', values: [], options: {} })
})

test('COPY takes no values', () => {
  expect(sortCopyArguments('copy t to stdout', { name: 'c' })).toEqual({
    text: 'copy t to stdout',
    values: [],
    options: { name: 'c' },
  })
  expect(sortCopyArguments(sql`copy t to stdout`, { name: 'c' })).toEqual({
    text: 'copy t to stdout',
    values: [],
    options: { name: 'c' },
  })
})

test.each([
  ['', '""'],
  ['select \0', '"select \\u0000"'],
  [undefined, 'undefined'],
  [null, 'object'],
  [5, 'number'],
])('%j is no text of a query', (text, got) => {
  expect(() => sortArguments(text as string, undefined, undefined)).toThrow(
    expect.objectContaining({ code: 'sql_text_invalid', message: expect.stringContaining(`but got ${got}.`) }),
  )
})

test.each([[{ name: 'x' }], ['x'], [null]])('%j are no values', values => {
  expect(() => sortArguments('select 1', values as never, undefined)).toThrow(
    expect.objectContaining({ code: 'parameter_invalid', message: expect.stringContaining('$1') }),
  )
})

test.each([0, 0.5, 1, 2_147_483_647])('a time limit of %d ms is taken', timeoutMs => {
  expect(sortArguments('select 1', [], { timeoutMs }).options).toEqual({ timeoutMs })
})

test.each([-1, -0.1, 2_147_483_648, Number.NaN, Number.POSITIVE_INFINITY])(
  'a time limit of %d ms is refused',
  timeoutMs => {
    for (const given of ['select 1', sql`select 1`]) {
      const sort = () =>
        typeof given === 'string'
          ? sortArguments(given, [], { timeoutMs })
          : sortArguments(given, { timeoutMs }, undefined)
      expect(sort).toThrow(/timeoutMs.*must be 0 to 2147483647 milliseconds/s)
    }
  },
)

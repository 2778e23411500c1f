import { expect, test } from 'vitest'
import { sortArguments, sortCopyArguments } from './query.ts'

test.each([
  [{ timeoutms: 5 }, 'option_unknown', /timeoutms.*timeoutMs/],
  [{ isolate: true }, 'option_unknown', /isolate.*isolated/],
  [{ timeoutMs: '5' }, 'option_invalid', /timeoutMs/],
  [{ isolated: 'yes' }, 'option_invalid', /isolated must be true or false/],
])('%j of a query is refused', (options, code, message) => {
  for (const sort of [
    () => sortArguments('select 1', [], options as object),
    () => sortCopyArguments('copy t to stdout', options as object),
  ]) {
    expect(sort).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }))
  }
})

test('options that are undefined are not given', () => {
  expect(sortArguments('select 1', [], { timeoutMs: undefined, name: 'one' }).options).toEqual({ name: 'one' })
})

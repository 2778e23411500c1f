import { expect, test } from 'vitest'
import { familyOf } from './functions.ts'

test.each([
  ['text', ['text', 'varchar', 'bpchar', 'citext', 'name', 'char']],
  ['json', ['json', 'jsonb']],
  ['array', ['_text', '_int4', '_json']],
  ['other', ['int4', 'bool', 'timestamptz', 'textual']],
  [undefined, [undefined]],
] as const)('the family %s is that of %j', (family, types) => {
  expect(types.map(familyOf)).toEqual(types.map(() => family))
})

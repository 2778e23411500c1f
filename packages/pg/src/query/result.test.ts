import { expect, test } from 'vitest'
import { readTag } from './result.ts'

test.each([
  ['SELECT 5', 'SELECT', 5],
  ['SELECT 0', 'SELECT', 0],
  ['INSERT 0 3', 'INSERT', 3],
  ['UPDATE 12', 'UPDATE', 12],
  ['COPY 20000', 'COPY', 20_000],
  ['CREATE TABLE', 'CREATE TABLE', 0],
  ['CREATE TABLE AS', 'CREATE TABLE AS', 0],
  ['BEGIN', 'BEGIN', 0],
  ['', '', 0],
])('%j is %s of %d rows', (tag, command, rowCount) => expect(readTag(tag)).toEqual({ command, rowCount }))

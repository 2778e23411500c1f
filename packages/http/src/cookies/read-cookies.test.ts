import { expect, test } from 'vitest'
import { findCookie } from './read-cookies.ts'

test.each([
  ['session=abc', 'abc'],
  ['a=b; session=abc; c=d', 'abc'],
  ['a=b;session=abc;c=d', 'abc'],
  ['session=', ''],
  ['session=a=b', 'a=b'],
  ['session=abc  ; x=y', 'abc'],
  ['xsession=1; session=abc', 'abc'],
  ['session2=1; session=abc', 'abc'],
  ['x=session=no; session=abc', 'abc'],
  ['session=abc; session=abc', 'abc'],
])('finds it in %j', (header, value) => {
  expect(findCookie(header, 'session')).toBe(value)
})

test.each([
  [undefined],
  [''],
  ['session'],
  ['Session=abc'],
  ['xsession=abc'],
  ['x=session=abc'],
  ['x session=abc'],
  ['session =abc'],
  ['session=a; session=b'],
])('finds none in %j', header => {
  expect(findCookie(header, 'session')).toBeUndefined()
})

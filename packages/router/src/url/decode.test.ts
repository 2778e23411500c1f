import { expect, test } from 'vitest'
import { climbs, decodePath, restoreSlashes, SLASH_STAND_IN } from './decode.ts'

test.each([
  ['/plain', '/plain'],
  ['/a%20b', '/a b'],
  ['/%25', '/%'],
  ['/%252F', '/%2F'],
  ['/%C3%A9', '/é'],
  ['/é', '/é'],
  ['/a+b', '/a+b'],
])('%s is decoded once', (path, decoded) => expect(decodePath(path)).toBe(decoded))

test('an encoded slash is distinguished from a real one, and is a slash again in a value', () => {
  expect(decodePath('/a%2Fb%2fc/d')).toBe(`/a${SLASH_STAND_IN}b${SLASH_STAND_IN}c/d`)
  expect(restoreSlashes(decodePath('/a%2Fb')!)).toBe('/a/b')
})

test.each([
  '/%',
  '/%4',
  '/%zz',
  '/%%20',
  '/%C3',
  '/%00',
  '/a%00b',
  '/%C3%28',
  '/%FF',
  '/%C0%AF',
  '/%ED%A0%80',
  `/%20${SLASH_STAND_IN}`,
  '/%2F%C3',
])('%j is malformed', path => expect(decodePath(path)).toBeUndefined())

test.each(['..', '../a', 'a/..', 'a/../b', '..\\a', 'a\\..', '/../'])('%j climbs', path =>
  expect(climbs(path)).toBe(true),
)

test.each(['', '.', '...', '..a', 'a..', 'a..b/c', 'a/..b', './a'])('%j does not climb', path =>
  expect(climbs(path)).toBe(false),
)

import { describe, expect, test } from 'vitest'
import type { HttpRequest } from '../request.ts'
import { allowsRange, evaluateConditions } from './conditions.ts'

const MODIFIED = Date.UTC(1994, 10, 6, 8, 49, 37)
const EARLIER = 'Sun, 06 Nov 1994 08:49:36 GMT'
const SAME = 'Sun, 06 Nov 1994 08:49:37 GMT'
const LATER = 'Sun, 06 Nov 1994 08:49:38 GMT'

function asking(fields: Record<string, string>, method = 'GET'): HttpRequest {
  return { method, header: (name: string) => fields[name] } as unknown as HttpRequest
}

/** The order of RFC 9110, section 13.2.2, one row for each way through it. */
describe('preconditions', () => {
  test.each<[Record<string, string>, 200 | 304 | 412]>([
    [{}, 200],
    [{ 'if-match': '"a"' }, 200],
    [{ 'if-match': '*' }, 200],
    [{ 'if-match': '"b", "a"' }, 200],
    [{ 'if-match': '"b"' }, 412],
    [{ 'if-match': 'W/"a"' }, 412],
    [{ 'if-match': 'a' }, 412],
    [{ 'if-match': '"b"', 'if-unmodified-since': LATER }, 412],
    [{ 'if-match': '"a"', 'if-unmodified-since': EARLIER }, 200],
    [{ 'if-unmodified-since': LATER }, 200],
    [{ 'if-unmodified-since': SAME }, 200],
    [{ 'if-unmodified-since': EARLIER }, 412],
    [{ 'if-unmodified-since': 'nonsense' }, 200],
    [{ 'if-none-match': '"a"' }, 304],
    [{ 'if-none-match': 'W/"a"' }, 304],
    [{ 'if-none-match': '*' }, 304],
    [{ 'if-none-match': '"b",W/"a"' }, 304],
    [{ 'if-none-match': '"a-gzip"' }, 304],
    [{ 'if-none-match': '"b"' }, 200],
    [{ 'if-none-match': '"a,b"' }, 200],
    [{ 'if-none-match': '"x",,W/"a" , "y"' }, 304],
    [{ 'if-none-match': '""' }, 200],
    [{ 'if-none-match': '"x, a"' }, 200],
    [{ 'if-none-match': 'a' }, 200],
    [{ 'if-none-match': '"b"', 'if-modified-since': LATER }, 200],
    [{ 'if-none-match': '"a"', 'if-modified-since': EARLIER }, 304],
    [{ 'if-match': '"a"', 'if-none-match': '"a"' }, 304],
    [{ 'if-match': '"b"', 'if-none-match': '"a"' }, 412],
    [{ 'if-modified-since': LATER }, 304],
    [{ 'if-modified-since': SAME }, 304],
    [{ 'if-modified-since': EARLIER }, 200],
    [{ 'if-modified-since': 'Sunday, 06-Nov-94 08:49:37 GMT' }, 304],
    [{ 'if-modified-since': 'Sun Nov  6 08:49:37 1994' }, 304],
    [{ 'if-modified-since': 'Sun Nov  6 08:49:36 1994' }, 200],
    [{ 'if-modified-since': '1994-11-06T08:49:37Z' }, 200],
    [{ 'if-modified-since': `${SAME}; length=5` }, 200],
    [{ 'if-modified-since': 'Sun, 99 Nov 1994 08:49:37 GMT' }, 200],
    [{ 'if-modified-since': '' }, 200],
  ])('%j comes to %i', (fields, status) => {
    expect(evaluateConditions(asking(fields), { etag: '"a"', modified: MODIFIED })).toBe(status)
  })

  test.each<[string, Record<string, string>, 200 | 304 | 412]>([
    ['HEAD', { 'if-none-match': '"a"' }, 304],
    ['POST', { 'if-none-match': '"a"' }, 412],
    ['PUT', { 'if-none-match': '*' }, 412],
    ['PUT', { 'if-none-match': '"b"' }, 200],
    ['DELETE', { 'if-modified-since': SAME }, 200],
    ['DELETE', { 'if-unmodified-since': EARLIER }, 412],
  ])('%s with %j comes to %i', (method, fields, status) => {
    expect(evaluateConditions(asking(fields, method), { etag: '"a"', modified: MODIFIED })).toBe(status)
  })

  test('a weak tag matches If-None-Match and never If-Match', () => {
    const weak = { etag: 'W/"a"', modified: MODIFIED }
    expect(evaluateConditions(asking({ 'if-none-match': '"a"' }), weak)).toBe(304)
    expect(evaluateConditions(asking({ 'if-match': 'W/"a"' }), weak)).toBe(412)
  })
})

describe('If-Range', () => {
  test.each<[string | undefined, boolean]>([
    [undefined, true],
    ['"a"', true],
    ['"b"', false],
    ['W/"a"', false],
    [SAME, true],
    [LATER, false],
    [EARLIER, false],
    ['nonsense', false],
    ['', false],
  ])('%s lets a range through: %s', (field, allowed) => {
    const fields: Record<string, string> = field === undefined ? {} : { 'if-range': field }
    expect(allowsRange(asking(fields), { etag: '"a"', modified: MODIFIED })).toBe(allowed)
  })
})

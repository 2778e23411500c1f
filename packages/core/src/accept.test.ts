import { describe, expect, test } from 'vitest'
import { namesMediaType, parseAccept, parseWeights, preferredMediaType } from './accept.ts'

describe('the weight of a member (RFC 9110, section 12.4.2)', () => {
  test.each<[string, number]>([
    ['a', 1],
    ['a;q=1', 1],
    ['a;q=1.', 1],
    ['a;q=1.000', 1],
    ['a;q=0', 0],
    ['a;q=0.', 0],
    ['a;q=0.5', 0.5],
    ['a;q=0.123', 0.123],
    ['A \t;\t Q=0.5', 0.5],
    ['a;q=0.5;q=0.8', 0.5],
    ['a;;q=0.5', 0.5],
    ['a;x="q=0.1";q=0.5', 0.5],
    ['a;x=",\\",;q=0.1";q=0.5', 0.5],
  ])('%s', (field, quality) => {
    expect(parseWeights(field)).toMatchObject([{ value: 'a', quality }])
  })

  test.each([
    'q=5',
    'q = 0.2',
    'q= 0.2',
    'q =0.2',
    'q=.2',
    'q=-0',
    'q=+1',
    'q=1.001',
    'q=0.1234',
    'q=1e-1',
    'q=',
    'q',
    'q=0x1',
    'q="0.5"',
    'q=Infinity',
  ])('a member with %s is left out', weight => {
    expect(parseWeights(`a;${weight}, b`)).toEqual([{ value: 'b', parameters: [], quality: 1 }])
  })

  test('empty members and parameters are none', () => {
    expect(parseWeights(' , ,a; ;x=1;, ;q=1,')).toEqual([{ value: 'a', parameters: ['x=1'], quality: 1 }])
    expect(parseWeights('')).toEqual([])
  })
})

test('a media range has a type and a subtype', () => {
  const ranges = parseAccept('text/html;Level="1";q=0.5;ext, */*, text/*, *, nonsense, /a, a/, */b, a/b;q=2')
  expect(ranges).toEqual([
    { value: 'text/html', type: 'text', subtype: 'html', parameters: ['level=1'], quality: 0.5 },
    { value: '*/*', type: '*', subtype: '*', parameters: [], quality: 1 },
    { value: 'text/*', type: 'text', subtype: '*', parameters: [], quality: 1 },
  ])
})

test.each<[string | undefined, boolean]>([
  ['text/html,application/xhtml+xml,*/*;q=0.8', true],
  ['TEXT/HTML;charset=utf-8', true],
  ['*/*', false],
  ['text/*', false],
  ['text/html;q=0, */*', false],
  ['application/json;x="text/html"', false],
  [undefined, false],
])('whether Accept: %s names text/html', (field, expected) => {
  expect(namesMediaType(field, 'text/html')).toBe(expected)
})

describe('the offer that is liked best', () => {
  const rfc = 'text/*;q=0.3, text/plain;q=0.7, text/plain;format=flowed, text/plain;format=fixed;q=0.4, */*;q=0.5'
  test.each<[string, string[], number]>([
    ['text/html', ['text/html', 'application/json'], 0],
    ['application/json', ['text/html', 'application/json'], 1],
    ['image/png', ['text/html', 'application/json'], -1],
    // The table of section 12.5.1.
    [rfc, ['text/plain', 'text/plain;format=flowed'], 1],
    [rfc, ['text/html', 'image/jpeg'], 1],
    [rfc, ['image/jpeg', 'text/plain'], 1],
    [rfc, ['text/plain;format=fixed', 'image/jpeg'], 1],
    // Parameters that clients send make nothing unacceptable.
    ['application/json;charset=utf-8', ['application/json'], 0],
    ['application/json; charset="UTF-8"', ['text/html', 'application/json'], 1],
    ['text/html;level=1', ['text/html'], 0],
    ['application/json;version=2', ['application/json', 'text/html'], 0],
    ['application/ld+json;profile="http://a.example/a,b;c"', ['application/ld+json'], 0],
    ['application/json;version=3', ['application/json;version=1', 'application/json;version=2'], 0],
    ['application/json;charset=utf-8, */*;q=0.1', ['text/html', 'application/json'], 1],
    // They choose where offers differ by them.
    ['application/json;version=2', ['application/json;version=1', 'application/json;version=2'], 1],
    ['text/plain;format=flowed', ['text/plain', 'text/plain;format=flowed'], 1],
    [
      'text/plain;format=fixed;q=0.4, text/plain;format=flowed',
      ['text/plain;format=fixed', 'text/plain;format=flowed'],
      1,
    ],
    // They exclude only what has them.
    ['text/html;level=1;q=0, */*;q=0.1', ['text/html'], 0],
    ['text/html;level=1;q=0, */*;q=0.1', ['text/html;level=1'], -1],
    ['text/html;q=0, */*', ['text/html', 'application/json'], 1],
    // Malformed weights say nothing.
    ['text/html;q = 0.2, application/json;q=0.1', ['text/html', 'application/json'], 1],
    ['text/html;q=5, application/json', ['text/html', 'application/json'], 1],
    ['text/html;q=5, */*', ['text/html'], 0],
    ['text/html', ['nonsense', 'text/html'], 1],
  ])('Accept: %s of %j is number %i', (field, offers, expected) => {
    expect(preferredMediaType(parseAccept(field), offers)).toBe(expected)
  })
})

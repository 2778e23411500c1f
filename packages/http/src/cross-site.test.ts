import { describe, expect, test } from 'vitest'
import { crossSiteEvidence, originSet } from './cross-site.ts'

const SITES = [undefined, 'same-origin', 'none', 'same-site', 'cross-site', 'same-origin, cross-site'] as const
const ORIGINS = [undefined, 'https://shop.example', 'https://evil.example', 'null'] as const

// Rows: Sec-Fetch-Site as in SITES; columns: Origin as in ORIGINS. '' says that the token decides.
const TRUTH = [
  ['', '', 'Origin', 'Origin'],
  ['', '', '', ''],
  ['', '', '', ''],
  ['Sec-Fetch-Site', 'Sec-Fetch-Site', 'Sec-Fetch-Site', 'Sec-Fetch-Site'],
  ['Sec-Fetch-Site', 'Sec-Fetch-Site', 'Sec-Fetch-Site', 'Sec-Fetch-Site'],
  ['Sec-Fetch-Site', 'Sec-Fetch-Site', 'Sec-Fetch-Site', 'Sec-Fetch-Site'],
] as const

describe('the truth table of Sec-Fetch-Site and Origin', () => {
  const rows = SITES.flatMap((fetchSite, row) =>
    ORIGINS.map((origin, column) => ({ fetchSite, origin, evidence: TRUTH[row]![column]! })),
  )
  test.each(rows)('$fetchSite and $origin: $evidence', ({ fetchSite, origin, evidence }) => {
    expect(crossSiteEvidence({ fetchSite, origin, host: 'shop.example' }, new Set()) ?? '').toBe(evidence)
  })
  test('has 24 rows', () => expect(rows).toHaveLength(24))
})

test('compares host and port of the origin, in any case, and takes listed origins', () => {
  const from = (origin: string, host = 'shop.example:8443') =>
    crossSiteEvidence({ fetchSite: undefined, origin, host }, new Set(['https://pay.example']))
  expect(from('https://SHOP.example:8443')).toBeUndefined()
  expect(from('http://shop.example:8443')).toBeUndefined()
  expect(from('https://pay.example')).toBeUndefined()
  expect(from('https://shop.example')).toBe('Origin')
  expect(from('https://shop.example:8443.evil.example')).toBe('Origin')
  expect(from('https://shop.example:8443@evil.example')).toBe('Origin')
  expect(from('https://pay.example.evil.example')).toBe('Origin')
  expect(from('file://shop.example:8443')).toBe('Origin')
  expect(from('')).toBe('Origin')
})

test('takes a listed origin even where the browser says cross-site', () => {
  const request = { fetchSite: 'cross-site', origin: 'https://pay.example', host: 'shop.example' }
  expect(crossSiteEvidence(request, new Set(['https://pay.example']))).toBeUndefined()
})

test('a host with the usual port of the scheme is the host without it', () => {
  const from = (origin: string, host: string) => crossSiteEvidence({ fetchSite: undefined, origin, host }, new Set())
  expect(from('http://shop.example', 'shop.example:80')).toBeUndefined()
  expect(from('https://shop.example', 'Shop.example:443')).toBeUndefined()
  expect(from('https://shop.example:443', 'shop.example')).toBeUndefined()
  expect(from('https://[::1]', '[::1]:443')).toBeUndefined()
  expect(from('https://shop.example', 'shop.example:80')).toBe('Origin')
  expect(from('http://shop.example:8080', 'shop.example')).toBe('Origin')
})

test('listed origins are written as browsers send them; anything else is refused', () => {
  const list = ['https://Pay.example/', 'https://app.example:443', 'http://a.example:8080', 'chrome-extension://abc']
  expect([...originSet(list)]).toEqual([
    'https://pay.example',
    'https://app.example',
    'http://a.example:8080',
    'chrome-extension://abc',
  ])
  for (const none of [
    'pay.example',
    'https://pay.example/path',
    'https://u@pay.example',
    '*',
    '',
    'null',
    'https://',
  ]) {
    expect(() => originSet([none]), none).toThrow(expect.objectContaining({ code: 'option_invalid' }))
  }
})

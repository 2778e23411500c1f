import { describe, expect, test } from 'vitest'
import { cspPolicy } from './csp.ts'

describe('the content security policy', () => {
  test('is strict by default, has no nonce where none is used, and upgrades requests over https alone', () => {
    const { header, plain } = cspPolicy({})
    expect(header).toBe('Content-Security-Policy')
    expect(plain.http).toBe(
      "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'",
    )
    expect(plain.https).toBe(`${plain.http}; upgrade-insecure-requests`)
  })

  test('gets the nonce where scripts and styles of the page are allowed', () => {
    const policy = cspPolicy({})
    expect(policy.withNonce('abc', false)).toContain("script-src 'self' 'nonce-abc'; style-src 'self' 'nonce-abc'; img")
    expect(policy.withNonce('abc', false)).not.toContain('upgrade')
    expect(policy.withNonce('abc', true)).toContain('upgrade-insecure-requests')
  })

  test('takes directives one by one, drops those that are false, reports only where told', () => {
    const policy = cspPolicy({
      directives: { 'img-src': ["'self'", 'https://cdn.example'], 'style-src': false, 'connect-src': ["'none'"] },
      reportOnly: true,
      reportTo: '/csp-reports',
    })
    expect(policy.header).toBe('Content-Security-Policy-Report-Only')
    expect(policy.plain.http).toContain("img-src 'self' https://cdn.example;")
    expect(policy.plain.http).toContain("connect-src 'none'; report-uri /csp-reports; report-to csp")
    expect(policy.plain.http).not.toContain('style-src')
  })

  test.each([
    { 'scripts-src': ["'self'"] },
    { 'script-src': ['self'] },
    { 'script-src': ["'self'; object-src *"] },
    { 'script-src': ["'self',"] },
    { 'script-src': ['a b'] },
    { 'script-src': [''] },
    { 'script-src': ['a\r\nSet-Cookie: x'] },
    { 'script-src': ["'none'", 'https://a.example'] },
  ])('refuses %j at boot', directives => {
    expect(() => cspPolicy({ directives: directives as never })).toThrow(
      expect.objectContaining({ code: 'csp_invalid' }),
    )
  })
})

import { createLogger } from '@arlen/core/logger'
import type { HttpOptions } from '@arlen/http'
import { describe, expect, test } from 'vitest'
import { cspReports, type SecurityHeadersOptions, securityHeaders } from '../src/index.ts'
import { start } from './app.ts'

const overHttps = { 'x-forwarded-proto': 'https', 'x-forwarded-for': '192.0.2.1' }
const behindProxy: HttpOptions = {
  trustedProxies: ['127.0.0.1'],
  forwardedHeader: ['x-forwarded-for', 'x-forwarded-proto'],
}
const CSP =
  "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"

describe('security headers', () => {
  test('are in every answer, errors included', async () => {
    await using app = await start(securityHeaders(), c => {
      if (c.req.path === '/throw') throw new Error('broken')
      return { ok: true }
    })
    for (const path of ['/', '/throw']) {
      const { headers } = await app.ask(path)
      expect(Object.fromEntries(headers), path).toMatchObject({
        'content-security-policy': CSP,
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'strict-origin-when-cross-origin',
        'x-frame-options': 'SAMEORIGIN',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
        'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=()',
      })
    }
  })

  test('speak of https only to requests over https', async () => {
    await using app = await start(securityHeaders(), () => 'x', behindProxy)
    const plain = await app.ask()
    expect(plain.headers.get('strict-transport-security')).toBeNull()
    expect(plain.headers.get('content-security-policy')).not.toContain('upgrade')
    const secure = await app.ask('/', overHttps)
    expect(secure.headers.get('strict-transport-security')).toBe('max-age=31536000; includeSubDomains')
    expect(secure.headers.get('content-security-policy')).toBe(`${CSP}; upgrade-insecure-requests`)
  })

  test('a nonce is in the policy of the answer that uses it, another one each time', async () => {
    await using app = await start(securityHeaders(), c => c.html(`${c.cspNonce} ${c.cspNonce}`), behindProxy)
    const nonces = new Set<string>()
    for (const fields of [{}, overHttps, {}]) {
      const { headers, body } = await app.ask('/', fields)
      const [nonce, again] = body.split(' ')
      expect(nonce).toBe(again)
      expect(nonce).toMatch(/^[\w+/]{22}==$/)
      expect(headers.get('content-security-policy')).toContain(
        `script-src 'self' 'nonce-${nonce}'; style-src 'self' 'no`,
      )
      expect(headers.get('content-security-policy')?.includes('upgrade')).toBe(fields === overHttps)
      nonces.add(nonce!)
    }
    expect(nonces.size).toBe(3)
  })

  test('are each configurable, and an answer replaces single ones', async () => {
    await using app = await start(
      securityHeaders({
        contentSecurityPolicy: { directives: { 'frame-ancestors': ["'none'"] }, reportOnly: true, reportTo: '/csp' },
        strictTransportSecurity: false,
        referrerPolicy: 'same-origin',
        frameOptions: 'DENY',
        crossOriginOpenerPolicy: false,
        crossOriginResourcePolicy: 'cross-origin',
        crossOriginEmbedderPolicy: 'credentialless',
        originAgentCluster: true,
        permissionsPolicy: { geolocation: ['self', 'https://maps.example'] },
      }),
      c => c.text('x', { headers: { 'Referrer-Policy': 'no-referrer' } }),
      behindProxy,
    )
    const { headers } = await app.ask('/', overHttps)
    expect(headers.get('content-security-policy')).toBeNull()
    expect(headers.get('content-security-policy-report-only')).toContain("frame-ancestors 'none';")
    expect(headers.get('content-security-policy-report-only')).toContain('report-uri /csp; report-to csp')
    expect(headers.get('reporting-endpoints')).toBe('csp="/csp"')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
    expect(headers.get('x-frame-options')).toBe('DENY')
    expect(headers.get('permissions-policy')).toBe('geolocation=(self "https://maps.example")')
    expect(headers.get('cross-origin-embedder-policy')).toBe('credentialless')
    expect(headers.get('origin-agent-cluster')).toBe('?1')
    for (const gone of ['strict-transport-security', 'cross-origin-opener-policy']) {
      expect(headers.get(gone), gone).toBeNull()
    }
  })

  test('without a policy there is no nonce, and asking for one says why', async () => {
    await using app = await start(securityHeaders({ contentSecurityPolicy: false }), c => {
      try {
        return c.cspNonce
      } catch (error) {
        return (error as { code: string }).code
      }
    })
    const { body, headers } = await app.ask()
    expect(body).toBe('nonce_missing')
    expect(headers.get('content-security-policy')).toBeNull()
  })

  test.each<SecurityHeadersOptions>([
    { strictTransportSecurity: { maxAge: -1 } },
    { strictTransportSecurity: { preload: true, maxAge: 60 } },
    { permissionsPolicy: { 'camera=(*), x': [] } },
    { permissionsPolicy: { camera: ['https://a.example") x=(' as never] } },
    { referrerPolicy: 'origin\r\nSet-Cookie: x' as never },
    { strictTransportSecurity: { preload: true, maxAge: 31_535_999 } },
    { strictTransportSecurity: { preload: true, maxAge: 31_536_000, includeSubDomains: false } },
  ])('refuses %j at boot', options => {
    expect(() => securityHeaders(options)).toThrow()
  })

  test('browsers may be told to preload HTTPS for a year and more', async () => {
    const strictTransportSecurity = { preload: true, maxAge: 31_536_000 }
    await using app = await start(securityHeaders({ strictTransportSecurity }), () => 'x', behindProxy)
    const { headers } = await app.ask('/', overHttps)
    expect(headers.get('strict-transport-security')).toBe('max-age=31536000; includeSubDomains; preload')
  })
})

describe('reports of violations', () => {
  const old = { 'csp-report': { 'document-uri': 'https://a.example/p?token=x', 'effective-directive': 'script-src' } }

  async function startReports(lines: { violation?: unknown; suppressed?: number }[], perMinute?: number) {
    const log = createLogger({ destination: { write: (line: string) => void lines.push(JSON.parse(line)) } })
    return start(next => next, cspReports(perMinute === undefined ? {} : { perMinute }), { log })
  }

  test('are logged in both shapes, without queries', async () => {
    const lines: { violation?: unknown }[] = []
    await using app = await startReports(lines)
    const type = { 'content-type': 'application/csp-report' }
    expect((await app.ask('/', type, 'POST', JSON.stringify(old))).status).toBe(204)
    const body = {
      blockedURL: 'inline',
      documentURL: 'https://a.example/q#x',
      effectiveDirective: 'style-src',
      lineNumber: 7,
    }
    const reports = JSON.stringify([{ type: 'csp-violation', body }, { type: 'deprecation', body }, 7])
    await app.ask('/', { 'content-type': 'application/reports+json' }, 'POST', reports)
    expect(lines.map(line => line.violation)).toEqual([
      { directive: 'script-src', page: 'https://a.example/p' },
      { directive: 'style-src', blocked: 'inline', page: 'https://a.example/q', line: 7 },
    ])
  })

  test('are ten a message at most, with texts of 200 characters at most', async () => {
    const lines: { violation?: unknown }[] = []
    await using app = await startReports(lines, 100)
    const type = { 'content-type': 'application/reports+json' }
    const body = { effectiveDirective: 'x'.repeat(300), blockedURL: `${'y'.repeat(250)}?z`, lineNumber: 'no number' }
    await app.ask(
      '/',
      type,
      'POST',
      JSON.stringify(Array.from({ length: 12 }, () => ({ type: 'csp-violation', body }))),
    )
    expect(lines).toHaveLength(10)
    expect(lines[9]!.violation).toEqual({ directive: 'x'.repeat(200), blocked: 'y'.repeat(200), line: 'no number' })
  })

  test('have every member that tells where a policy was broken', async () => {
    const lines: { violation?: unknown }[] = []
    await using app = await startReports(lines)
    const named = (names: string[]) => Object.fromEntries(names.map((name, i) => [name, `${name}-${i}`]))
    const members = ['effective-directive', 'blocked-uri', 'document-uri', 'source-file', 'line-number', 'disposition']
    const newMembers = ['effectiveDirective', 'blockedURL', 'documentURL', 'sourceFile', 'lineNumber', 'disposition']
    const type = { 'content-type': 'application/json; charset=utf-8' }
    await app.ask('/', type, 'POST', JSON.stringify({ 'csp-report': named(members) }))
    await app.ask('/', type, 'POST', JSON.stringify({ type: 'csp-violation', body: named(newMembers) }))
    expect(lines.map(line => line.violation)).toEqual(
      [members, newMembers].map(names => ({
        directive: `${names[0]}-0`,
        blocked: `${names[1]}-1`,
        page: `${names[2]}-2`,
        source: `${names[3]}-3`,
        line: `${names[4]}-4`,
        disposition: `${names[5]}-5`,
      })),
    )
  })

  test('cannot fill the log', async () => {
    const lines: { suppressed?: number }[] = []
    await using app = await startReports(lines, 3)
    const reports = JSON.stringify(Array.from({ length: 1000 }, () => ({ type: 'csp-violation', body: {} })))
    for (let i = 0; i < 5; i++)
      await app.ask('/', { 'content-type': 'application/reports+json' }, 'POST', reports.slice(0, 16_000))
    await Promise.all(
      Array.from({ length: 50 }, () =>
        app.ask('/', { 'content-type': 'application/csp-report' }, 'POST', JSON.stringify(old)),
      ),
    )
    expect(lines).toHaveLength(3)
  })

  test('that are none are no error', async () => {
    const lines: unknown[] = []
    await using app = await startReports(lines as [])
    const type = { 'content-type': 'application/csp-report' }
    for (const body of ['', '{', 'null', '[]', '{"csp-report":7}', '{"csp-report":null}', '[[]]', '"x"']) {
      expect((await app.ask('/', type, 'POST', body)).status, body).toBe(204)
    }
    expect((await app.ask('/', { 'content-type': 'text/html' }, 'POST', 'x')).status).toBe(415)
    expect((await app.ask('/', type, 'POST', `"${'x'.repeat(16_382)}"`)).status).toBe(204)
    expect((await app.ask('/', type, 'POST', `"${'x'.repeat(16_383)}"`)).status).toBe(413)
    expect(lines).toEqual([])
  })
})

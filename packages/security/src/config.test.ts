import { wrap } from '@arlen/core'
import { resolveConfig } from '@arlen/core/config'
import type { Context } from '@arlen/http'
import * as v from 'valibot'
import { expect, test } from 'vitest'
import { start } from '../test/app.ts'
import { security, securityConfigSchema } from './config.ts'

function resolve(production: boolean, env: Record<string, string> = {}) {
  const schema = v.strictObject({ security: v.optional(securityConfigSchema(production), {} as never) })
  return resolveConfig({ schema, env }).config.security
}

test('the defaults are headers, and outside production answers for localhost alone', async () => {
  const stack = security(resolve(false))
  await using app = await start(
    next => wrap<Context>(next, stack),
    () => 'ok',
  )
  const answer = await app.ask()
  expect(answer.status).toBe(200)
  expect(answer.headers.get('content-security-policy')).toContain("default-src 'self'")
  const refused = await app.ask('/', { Host: 'rebound.example' })
  expect(refused.status).toBe(421)
  expect(refused.headers.get('x-content-type-options')).toBe('nosniff')
  expect(security(resolve(true))).toHaveLength(1)
})

test('everything can be set by the environment', async () => {
  const config = resolve(true, {
    ARLEN_SECURITY_HOSTS: 'shop.example',
    ARLEN_SECURITY_CSP_REPORT_ONLY: 'true',
    ARLEN_SECURITY_CSP_REPORT_TO: '/csp',
    ARLEN_SECURITY_HSTS_ENABLED: 'false',
    ARLEN_SECURITY_CORS_ORIGINS: 'https://app.example',
    ARLEN_SECURITY_RATE_LIMIT_LIMIT: '1',
    ARLEN_SECURITY_HEADERS: '{"frameOptions":"DENY"}',
  })
  const stack = security(config)
  await using app = await start(
    next => wrap<Context>(next, stack),
    () => 'ok',
  )
  const fields = { Host: 'shop.example', origin: 'https://app.example' }
  const { headers } = await app.ask('/', fields)
  expect(headers.get('content-security-policy-report-only')).toContain('report-uri /csp')
  expect(headers.get('access-control-allow-origin')).toBe('https://app.example')
  expect(headers.get('x-frame-options')).toBe('DENY')
  const refused = await app.ask('/', fields)
  expect(refused.status).toBe(429)
  expect(refused.headers.get('access-control-allow-origin')).toBe('https://app.example')
})

test('invalid options are refused at boot', () => {
  expect(() => security(resolve(true, { ARLEN_SECURITY_HOSTS: 'https://shop.example' }))).toThrow(/host name/)
  const anyone = { ARLEN_SECURITY_CORS_ORIGINS: '*', ARLEN_SECURITY_CORS_CREDENTIALS: 'true' }
  expect(() => security(resolve(true, anyone))).toThrow(/list the origins/)
})

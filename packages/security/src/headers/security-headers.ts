import { defineMiddleware } from '@arlen/core'
import { type OptionTable, option, readOptions } from '@arlen/core/options'
import type { Context, Middleware } from '@arlen/http'
import { HeaderBlock } from '@arlen/http/extend'
import { securityError } from '../errors.ts'
import { type CspOptions, cspPolicy } from './csp.ts'
import { setNoncePolicy } from './csp-nonce.ts'

/** Options of {@link securityHeaders}. */
export interface SecurityHeadersOptions {
  contentSecurityPolicy?: CspOptions | false
  /** Sent only over https. Default one year, with subdomains. */
  strictTransportSecurity?: { maxAge?: number; includeSubDomains?: boolean; preload?: boolean } | false
  /** Default `strict-origin-when-cross-origin`. With `no-referrer`, browsers also hide the origin of forms. */
  referrerPolicy?: ReferrerPolicy | false
  /** For browsers without `frame-ancestors`. Default `SAMEORIGIN`. */
  frameOptions?: 'DENY' | 'SAMEORIGIN' | false
  /** Default `same-origin`. Pop-ups of payment or login providers may need `same-origin-allow-popups`. */
  crossOriginOpenerPolicy?: 'same-origin' | 'same-origin-allow-popups' | 'noopener-allow-popups' | 'unsafe-none' | false
  /** Default `same-origin`. Images and fonts that other sites embed need `cross-origin`. */
  crossOriginResourcePolicy?: 'same-origin' | 'same-site' | 'cross-origin' | false
  /** Default off: it blocks embedded content that has not opted in. */
  crossOriginEmbedderPolicy?: 'require-corp' | 'credentialless' | 'unsafe-none' | false
  /** Default false: browsers isolate origins by default since they dropped `document.domain`. */
  originAgentCluster?: boolean
  /** Browser features and who may use them. Default: camera, microphone, location and payment are blocked. */
  permissionsPolicy?: Readonly<Record<string, readonly ('self' | '*' | `https://${string}`)[]>> | false
}

/** The values of Referrer-Policy that reveal no path to other sites. */
export type ReferrerPolicy =
  | 'no-referrer'
  | 'origin'
  | 'same-origin'
  | 'strict-origin'
  | 'strict-origin-when-cross-origin'

type TransportSecurity = Exclude<SecurityHeadersOptions['strictTransportSecurity'], false | undefined>

/** Header values are validated where they are written. */
const OPTIONS: OptionTable<SecurityHeadersOptions> = {
  contentSecurityPolicy: option.either(
    option.oneOf(false),
    option.nested<CspOptions>({ directives: option.object, reportOnly: option.boolean, reportTo: option.string }),
  ),
  strictTransportSecurity: option.either(
    option.oneOf(false),
    option.nested<TransportSecurity>({
      maxAge: option.any,
      includeSubDomains: option.boolean,
      preload: option.boolean,
    }),
  ),
  referrerPolicy: option.any,
  frameOptions: option.any,
  crossOriginOpenerPolicy: option.any,
  crossOriginResourcePolicy: option.any,
  crossOriginEmbedderPolicy: option.any,
  originAgentCluster: option.boolean,
  permissionsPolicy: option.either(option.oneOf(false), option.object),
}

/** Powerful features that few applications need and that injected scripts abuse (OWASP Secure Headers Project). */
const DENIED_FEATURES = ['camera', 'geolocation', 'microphone', 'payment']

/**
 * Adds security headers to every response. Everything is precomputed at boot, so a request costs one string. A response
 * can override single headers through `c.res.headers`.
 *
 * Not sent, because browsers ignore them in 2026 or they do harm: `X-XSS-Protection`,
 * `X-Permitted-Cross-Domain-Policies`, `X-Download-Options`, `Expect-CT`, `Feature-Policy`, `X-DNS-Prefetch-Control`.
 *
 * @throws ArlenError `csp_invalid`, `header_option_invalid`.
 */
export function securityHeaders(given: SecurityHeadersOptions = {}): Middleware {
  const options = readOptions('securityHeaders()', given, OPTIONS)
  const policy = options.contentSecurityPolicy === false ? undefined : cspPolicy(options.contentSecurityPolicy ?? {})
  const common = commonFields(options)
  const csp = (secure: boolean): Fields =>
    policy === undefined ? [] : [[policy.header, secure ? policy.plain.https : policy.plain.http]]
  const http = new HeaderBlock([...csp(false), ...common])
  const https = new HeaderBlock([...csp(true), ...common, ...transportSecurity(options)])
  if (policy !== undefined) for (const block of [http, https]) setNoncePolicy(block, policy)
  return defineMiddleware(
    'securityHeaders()',
    next => (c: Context) => {
      c.baseHeaders(c.req.protocol === 'https' ? https : http)
      return next(c)
    },
    'Use expressSecurityHeaders() of @arlen/security/express or fastifySecurityHeaders of @arlen/security/fastify.',
  )
}

type Fields = [name: string, value: string][]

function commonFields(options: SecurityHeadersOptions): Fields {
  const fields: Fields = [['X-Content-Type-Options', 'nosniff']]
  const add = (name: string, value: string | false) => {
    if (value !== false) fields.push([name, value])
  }
  add('Referrer-Policy', options.referrerPolicy ?? 'strict-origin-when-cross-origin')
  add('X-Frame-Options', options.frameOptions ?? 'SAMEORIGIN')
  add('Cross-Origin-Opener-Policy', options.crossOriginOpenerPolicy ?? 'same-origin')
  add('Cross-Origin-Resource-Policy', options.crossOriginResourcePolicy ?? 'same-origin')
  add('Cross-Origin-Embedder-Policy', options.crossOriginEmbedderPolicy ?? false)
  add('Origin-Agent-Cluster', options.originAgentCluster === true && '?1')
  add('Permissions-Policy', permissions(options.permissionsPolicy))
  const { contentSecurityPolicy: csp } = options
  add('Reporting-Endpoints', csp !== false && csp?.reportTo ? `csp="${csp.reportTo}"` : false)
  return fields
}

/** Strict-Transport-Security (RFC 6797). Browsers ignore it over http, and on a developer's machine it does harm. */
function transportSecurity({ strictTransportSecurity: options = {} }: SecurityHeadersOptions): Fields {
  if (options === false) return []
  const { maxAge = 31_536_000, includeSubDomains = true, preload = false } = options
  const refuse = (problem: string) => securityError('header_option_invalid', { name: HSTS, problem })
  if (!Number.isSafeInteger(maxAge) || maxAge < 0) throw refuse('maxAge must be a whole number of seconds')
  if (preload && (maxAge < 31_536_000 || !includeSubDomains)) throw refuse('preload needs a year and includeSubDomains')
  return [[HSTS, `max-age=${maxAge}${includeSubDomains ? '; includeSubDomains' : ''}${preload ? '; preload' : ''}`]]
}

const HSTS = 'Strict-Transport-Security'

/** Permissions-Policy is a structured dictionary (RFC 9651): `camera=(), geolocation=(self "https://maps.example")`. */
function permissions(policy: SecurityHeadersOptions['permissionsPolicy']): string | false {
  if (policy === false) return false
  const entries = Object.entries(policy ?? Object.fromEntries(DENIED_FEATURES.map(feature => [feature, []])))
  const members = entries.map(([feature, allowed]) => {
    const bad = [feature, ...allowed].find(text => !/^[\w*:/.-]+$/.test(text))
    if (bad !== undefined) {
      throw securityError('header_option_invalid', { name: 'Permissions-Policy', problem: JSON.stringify(bad) })
    }
    return `${feature}=(${allowed.map(who => (who.startsWith('https:') ? `"${who}"` : who)).join(' ')})`
  })
  return members.length === 0 ? false : members.join(', ')
}

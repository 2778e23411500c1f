import { HEALTH_PATHS } from '@arlen/core'
import type { Middleware } from '@arlen/http'
import * as v from 'valibot'
import { cors } from './cors.ts'
import type { CspDirective } from './csp.ts'
import { hostCheck } from './host-check.ts'
import type { RateAlgorithmName } from './rate-algorithm.ts'
import { rateLimit } from './rate-limit.ts'
import type { OnStoreError, RateStore } from './rate-store.ts'
import { type SecurityHeadersOptions, securityHeaders } from './security-headers.ts'

/** The section `security` of an application's configuration. */
export interface SecurityConfig {
  enabled: boolean
  hosts: string[]
  csp: {
    enabled: boolean
    reportOnly: boolean
    reportTo: string
    directives: Partial<Record<CspDirective, readonly string[] | false>>
  }
  hsts: { enabled: boolean; maxAgeSeconds: number; includeSubDomains: boolean; preload: boolean }
  /** Further members of `SecurityHeadersOptions`. */
  headers: Omit<SecurityHeadersOptions, 'contentSecurityPolicy' | 'strictTransportSecurity'>
  cors: { origins: string[]; credentials: boolean }
  rateLimit: { limit: number; windowMs: number; algorithm: RateAlgorithmName; onStoreError: OnStoreError }
}

const described = <S extends v.GenericSchema>(schema: S, text: string) => v.pipe(schema, v.description(text))
const flag = (text: string, otherwise: boolean) => v.optional(described(v.boolean(), text), otherwise)
const count = (least: number) => v.pipe(v.number(), v.integer(), v.minValue(least))
const strings = (text: string, otherwise: string[]) => v.optional(described(v.array(v.string()), text), otherwise)

function section<const E extends v.ObjectEntries>(entries: E) {
  return v.optional(v.strictObject(entries), {} as never)
}

/** The schema of the section `security`, for `resolveConfig` of @arlen/core. Outside production only localhost is served. */
export function securityConfigSchema(production: boolean): v.GenericSchema<unknown, SecurityConfig> {
  return v.strictObject({
    enabled: flag('All of this section', true),
    hosts: strings('Hosts to answer for; empty for any', production ? [] : ['local']),
    csp: section({
      enabled: flag('Sends a content security policy', true),
      reportOnly: flag('Reports what the policy would refuse, and refuses nothing', false),
      reportTo: v.optional(
        described(
          v.pipe(v.string(), v.regex(/^(?:|\/(?!\/).*|https:\/\/.+)$/, 'must be a path or an https URL')),
          'Path, or URL of another site, that browsers report violations to; empty for none',
        ),
        '',
      ),
      directives: v.optional(
        described(v.record(v.string(), v.union([v.array(v.string()), v.literal(false)])), 'Replaced directives'),
        {},
      ),
    }),
    hsts: section({
      enabled: flag('Tells browsers to come over https alone', true),
      maxAgeSeconds: v.optional(described(count(0), 'For how long'), 31_536_000),
      includeSubDomains: flag('And to all subdomains', true),
      preload: flag('Asks to be in the lists that browsers ship', false),
    }),
    headers: v.optional(described(v.record(v.string(), v.unknown()), 'Further options of securityHeaders()'), {}),
    cors: section({
      origins: strings('Other origins whose pages may read answers, or * alone', []),
      credentials: flag('Whether those pages may send cookies', false),
    }),
    rateLimit: section({
      limit: v.optional(described(count(0), 'Requests of one address in a window; 0 for no limit'), 0),
      windowMs: v.optional(described(count(1), 'Length of a window'), 60_000),
      algorithm: v.optional(
        described(v.picklist(['fixed-window', 'sliding-window', 'token-bucket']), 'How requests are counted'),
        'sliding-window',
      ),
      onStoreError: v.optional(
        described(v.picklist(['local', 'open', 'closed']), 'What to do while the shared count cannot be reached'),
        'local',
      ),
    }),
  }) as unknown as v.GenericSchema<unknown, SecurityConfig>
}

/**
 * The middleware that a configuration means, the outermost first: headers (refusals have them too), hosts, CORS (before
 * anything can refuse a preflight), rate limit.
 */
export function securityMiddleware(config: SecurityConfig, options: { rateStore?: RateStore } = {}): Middleware[] {
  const { csp, hsts } = config
  const stack: Middleware[] = [
    securityHeaders({
      ...config.headers,
      contentSecurityPolicy: csp.enabled && {
        directives: csp.directives,
        reportOnly: csp.reportOnly,
        ...(csp.reportTo !== '' && { reportTo: csp.reportTo }),
      },
      strictTransportSecurity: hsts.enabled && {
        maxAge: hsts.maxAgeSeconds,
        includeSubDomains: hsts.includeSubDomains,
        preload: hsts.preload,
      },
    }),
  ]
  if (config.hosts.length > 0) stack.push(hostCheck({ hosts: config.hosts, exemptPaths: HEALTH_PATHS }))
  const { origins, credentials } = config.cors
  if (origins.length > 0) stack.push(cors({ origins: origins.join() === '*' ? '*' : origins, credentials }))
  if (config.rateLimit.limit > 0)
    stack.push(
      rateLimit({
        ...config.rateLimit,
        skip: c => HEALTH_PATHS.includes(c.req.path),
        ...(options.rateStore && { store: options.rateStore }),
      }),
    )
  return stack
}

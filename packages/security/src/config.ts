import { HEALTH_PATHS, isHealthPath } from '@arlen/core/health-paths'
import { option, readOptions } from '@arlen/core/options'
import type { Middleware } from '@arlen/http'
import * as v from 'valibot'
import type { CspDirective } from './headers/csp.ts'
import { type SecurityHeadersOptions, securityHeaders } from './headers/security-headers.ts'
import { cors } from './origin/cors.ts'
import { hostCheck } from './origin/host-check.ts'
import type { RateAlgorithmName } from './rate-limit/rate-algorithm.ts'
import { rateLimit } from './rate-limit/rate-limit.ts'
import type { OnStoreError, RateStore } from './rate-limit/rate-store.ts'

/** The `security` section of an application's configuration. */
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
  /** Other options of `SecurityHeadersOptions`. */
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

/**
 * The schema of the `security` section, for `resolveConfig` of @arlen/core. Outside production only localhost is
 * served.
 */
export function securityConfigSchema(production: boolean): v.GenericSchema<unknown, SecurityConfig> {
  return v.strictObject({
    enabled: flag('Enables everything in this section', true),
    hosts: strings('Hosts that the application answers for; empty for any', production ? [] : ['local']),
    csp: section({
      enabled: flag('Sends a content security policy', true),
      reportOnly: flag('Reports violations without blocking them', false),
      reportTo: v.optional(
        described(
          v.pipe(v.string(), v.regex(/^(?:|\/(?!\/).*|https:\/\/.+)$/, 'must be a path or an https URL')),
          'Path or https URL that browsers send violation reports to; empty for none',
        ),
        '',
      ),
      directives: v.optional(
        described(
          v.record(v.string(), v.union([v.array(v.string()), v.literal(false)])),
          'Directives that replace those of the default policy',
        ),
        {},
      ),
    }),
    hsts: section({
      enabled: flag('Tells browsers to use only https (HSTS)', true),
      maxAgeSeconds: v.optional(described(count(0), 'How long browsers remember it, in seconds'), 31_536_000),
      includeSubDomains: flag('Includes all subdomains', true),
      preload: flag('Allows inclusion in browsers\u2019 preload lists', false),
    }),
    headers: v.optional(described(v.record(v.string(), v.unknown()), 'Other options of securityHeaders()'), {}),
    cors: section({
      origins: strings('Other origins whose pages may read responses, or only *', []),
      credentials: flag('Whether those pages may send cookies', false),
    }),
    rateLimit: section({
      limit: v.optional(described(count(0), 'Requests per address and window; 0 for no limit'), 0),
      windowMs: v.optional(described(count(1), 'Length of a window'), 60_000),
      algorithm: v.optional(
        described(v.picklist(['fixed-window', 'sliding-window', 'token-bucket']), 'Counting algorithm'),
        'sliding-window',
      ),
      onStoreError: v.optional(
        described(v.picklist(['local', 'open', 'closed']), 'What to do while the shared count is unavailable'),
        'local',
      ),
    }),
  }) as unknown as v.GenericSchema<unknown, SecurityConfig>
}

/**
 * Creates the configured middleware, outermost first: headers (rejections need them too), host check, CORS (before
 * anything can reject a preflight), rate limit.
 *
 * @throws ArlenError `option_unknown`, `option_invalid`, and what the middleware throws for its own options
 */
export function security(config: SecurityConfig, options: { rateStore?: RateStore } = {}): Middleware[] {
  const { rateStore } = readOptions('security()', options, { rateStore: option.object })
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
        skip: c => isHealthPath(c.req.path),
        ...(rateStore && { store: rateStore }),
      }),
    )
  return stack
}

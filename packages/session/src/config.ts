import * as v from 'valibot'
import { secretProblems } from './secrets.ts'
import { DEFAULT_ABSOLUTE_MS, DEFAULT_IDLE_MS, type SessionOptions } from './session-settings.ts'

/** The section `session` of an application's configuration. */
export interface SessionConfig {
  enabled: boolean
  secrets: string[]
  /** Where the contents are: sealed in the cookie, or in the table `arlen_sessions` of the application's database. */
  store: 'cookie' | 'database'
  secure: boolean
  cookieName: string
  domain: string
  sameSite: 'strict' | 'lax' | 'none'
  idleMs: number
  absoluteMs: number
  persistent: boolean
  csrf: boolean
  trustedOrigins: string[]
}

const described = <S extends v.GenericSchema>(schema: S, text: string) => v.pipe(schema, v.description(text))
const duration = v.pipe(v.number(), v.integer(), v.minValue(1000))

/**
 * The schema of the section `session`, for `resolveConfig` of @arlen/core.
 *
 * Production refuses what is unsafe, each problem by itself: secrets that are missing, short, repeated or placeholders,
 * cookies without `Secure`, `SameSite=None` for a session.
 */
export function sessionConfigSchema(production: boolean): v.GenericSchema<unknown, SessionConfig> {
  const entries = {
    enabled: v.optional(described(v.boolean(), 'Whether the application has sessions'), true),
    secrets: v.optional(
      v.pipe(
        v.array(v.string()),
        v.description('Secrets that seal cookies, newest first; only in the environment'),
        v.metadata({ secret: true }),
      ),
      [],
    ),
    store: v.optional(
      described(v.picklist(['cookie', 'database']), 'Where sessions are kept: cookie, or database'),
      'cookie',
    ),
    secure: v.optional(described(v.boolean(), 'Cookies over https alone'), production),
    cookieName: v.optional(
      described(v.pipe(v.string(), v.regex(/^[\w-]+$/)), 'What cookie names are made of'),
      'session',
    ),
    domain: v.optional(described(v.string(), 'Shares sessions with subdomains of it; empty for this host alone'), ''),
    sameSite: v.optional(described(v.picklist(['strict', 'lax', 'none']), 'SameSite of the cookies'), 'lax'),
    idleMs: v.optional(described(duration, 'A session nobody used for this long is over'), DEFAULT_IDLE_MS),
    absoluteMs: v.optional(described(duration, 'A session is over this long after it began'), DEFAULT_ABSOLUTE_MS),
    persistent: v.optional(described(v.boolean(), 'Cookies survive the closing of the browser'), true),
    csrf: v.optional(described(v.boolean(), 'CSRF protection for all routes but those that are exempt'), true),
    trustedOrigins: v.optional(described(v.array(v.string()), 'Other origins whose pages may send requests'), []),
  }
  const judged = v.pipe(
    v.strictObject(entries),
    v.rawCheck(({ dataset, addIssue }) => {
      if (!production || !dataset.typed || !dataset.value.enabled) return
      const { value } = dataset
      const refuse = (key: keyof SessionConfig, expected: string) =>
        addIssue({ expected, path: [{ type: 'object', origin: 'value', input: value, key, value: value[key] }] })
      for (const problem of secretProblems(value.secrets)) refuse('secrets', `fit for production, but ${problem}`)
      if (!value.secure) refuse('secure', 'true in production')
      if (!value.csrf) refuse('csrf', 'true in production; exempt single routes instead')
    }),
  )
  return judged as unknown as v.GenericSchema<unknown, SessionConfig>
}

/** The options of `sessionMiddleware()` that a configuration means. The store, where it wants one, is the caller's. */
export function sessionOptions(config: SessionConfig, developmentSecret: () => string): SessionOptions {
  const { secrets, domain, secure, cookieName, sameSite, idleMs, absoluteMs, persistent } = config
  return {
    secrets: secrets.length > 0 ? secrets : [developmentSecret()],
    ...(domain !== '' && { domain }),
    ...{ secure, cookieName, sameSite, idleMs, absoluteMs, persistent },
  }
}

import * as v from 'valibot'
import { secretProblems } from './secrets/secrets.ts'
import { DEFAULT_ABSOLUTE_MS, DEFAULT_IDLE_MS, type SessionOptions } from './session/session-settings.ts'

/** The `session` section of an application's configuration. */
export interface SessionConfig {
  enabled: boolean
  secrets: string[]
  /**
   * Where session data lives: encrypted in the cookie, or in the table `arlen_sessions` of the application's database.
   */
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
 * The schema of the `session` section, for `resolveConfig` of @arlen/core.
 *
 * Production rejects unsafe settings and reports each of them: secrets that are missing, short, repeated or
 * placeholders, cookies without `Secure`, CSRF protection that is off.
 */
export function sessionConfigSchema(production: boolean): v.GenericSchema<unknown, SessionConfig> {
  const entries = {
    enabled: v.optional(described(v.boolean(), 'Whether the application has sessions'), true),
    secrets: v.optional(
      v.pipe(
        v.array(v.string()),
        v.description('Secrets that encrypt cookies, newest first. Set them only in the environment'),
        v.metadata({ secret: true }),
      ),
      [],
    ),
    store: v.optional(described(v.picklist(['cookie', 'database']), 'Where sessions are stored'), 'cookie'),
    secure: v.optional(described(v.boolean(), 'Sends cookies only over https'), production),
    cookieName: v.optional(described(v.pipe(v.string(), v.regex(/^[\w-]+$/)), 'Base of the cookie names'), 'session'),
    domain: v.optional(described(v.string(), 'Domain whose subdomains share sessions; empty for this host only'), ''),
    sameSite: v.optional(described(v.picklist(['strict', 'lax', 'none']), 'SameSite attribute of the cookies'), 'lax'),
    idleMs: v.optional(described(duration, 'Idle timeout of a session'), DEFAULT_IDLE_MS),
    absoluteMs: v.optional(described(duration, 'Absolute lifetime of a session'), DEFAULT_ABSOLUTE_MS),
    persistent: v.optional(described(v.boolean(), 'Whether cookies outlive the browser session'), true),
    csrf: v.optional(described(v.boolean(), 'Protects all routes that are not exempt against CSRF'), true),
    trustedOrigins: v.optional(described(v.array(v.string()), 'Other origins whose pages may send requests'), []),
  }
  const checked = v.pipe(
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
  return checked as unknown as v.GenericSchema<unknown, SessionConfig>
}

/** Converts the configuration to options of `session()`. The caller adds the store. */
export function sessionOptions(config: SessionConfig, developmentSecret: () => string): SessionOptions {
  const { secrets, domain, secure, cookieName, sameSite, idleMs, absoluteMs, persistent } = config
  return {
    secrets: secrets.length > 0 ? secrets : [developmentSecret()],
    ...(domain !== '' && { domain }),
    secure,
    cookieName,
    sameSite,
    idleMs,
    absoluteMs,
    persistent,
  }
}

export { developmentSecret } from './secrets/development-secret.ts'

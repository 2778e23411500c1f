import type { ConfigLayer } from '@arlen/core/config'
import { type ForwardedHeader, LIMITS, type Limits } from '@arlen/http'
import { type MailConfig, mailConfigSchema } from '@arlen/mail/config'
import type { PgOptions, PoolSettings, TypeSettings } from '@arlen/pg'
import { type SecurityConfig, securityConfigSchema } from '@arlen/security/config'
import { type SessionConfig, sessionConfigSchema } from '@arlen/session/config'
import * as v from 'valibot'
import { databaseEntries } from './database-config.ts'

/** The configuration of an application, from `config/` and `ARLEN_*` variables. Every setting has a default. */
export interface Config {
  /** JSON only: no views, no static files, and errors as JSON even for browsers. */
  apiOnly: boolean
  /** Checks responses against the schemas of their routes; `auto`: everywhere except in production. */
  checkResponses: boolean | 'auto'
  /** Stage timings in `Server-Timing` and in the request log. */
  performanceLogging: boolean
  /** Address, proxies, and the limits of @arlen/http under their own names. */
  http: {
    host: string
    port: number
    /** Addresses and CIDR ranges whose forwarded headers are trusted. */
    trustedProxies: string[]
    /** The fields that those proxies write: some of `x-forwarded-for`, `-proto`, `-host` and `-port`, or `forwarded`. */
    forwardedHeader: ForwardedHeader[]
  } & Limits
  log: {
    level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent'
    /** `auto` is text in development and JSON elsewhere. */
    format: 'auto' | 'json' | 'text'
    /** One line per request. */
    requests: boolean
  }
  db: {
    /** A PostgreSQL connection URI. `DATABASE_URL` sets it too. */
    url?: string | undefined
    /** The connection URI of a standby for `c.db.read`. Default: the same database. */
    read?: string | undefined
    /** Overrides the password of `url`. A function, in `config/`, is called for every connection. */
    password?: string | (() => string | Promise<string>) | undefined
    /** How types with several possible JavaScript forms are parsed. */
    types: TypeSettings
    /** Codes and statuses for SQLSTATEs, in addition to the built-in table of @arlen/pg. */
    sqlstates: NonNullable<PgOptions['sqlstates']>
  } & PoolSettings
  health: {
    /** Addresses and CIDR ranges that may see which checks failed, and why. */
    trusted: string[]
  }
  /** Mail: sender, server, and whether it is sent; see @arlen/mail. */
  mail: MailConfig
  openApi: {
    /** Path of the document; empty for none. In development, a page next to it displays it. */
    path: string
    title: string
    version: string
  }
  views: {
    /** Folder of templates, relative to the application's root. */
    dir: string
    /** Template around every page; empty for none. */
    layout: string
  }
  /** Security headers and restrictions; see @arlen/security. */
  security: SecurityConfig
  /** Sessions, their cookies and secrets, CSRF protection; see @arlen/session. Off in an API unless configured. */
  session: SessionConfig
  static: {
    /** Folder of static files, relative to the application's root; empty for none. */
    dir: string
    /** The URL path of the folder. */
    prefix: string
    /** How long browsers may cache them, in seconds. */
    maxAgeSeconds: number
    /** The file that is served for a folder; empty for none. */
    index: string
    /** Content-Types by extension, in addition to the usual ones or instead of them. */
    types: Record<string, string>
  }
  /** The development server, @arlen/boomhauer. */
  boomhauer: {
    /** Globs of files that the application reads by itself: their changes restart it too. */
    watch: string[]
    /** Globs of files whose changes are ignored. */
    ignore: string[]
  }
  /** Settings of the production server, which validates them itself. */
  propaneAccessories: Record<string, unknown>
}

/** Every member is optional, at every depth; lists are replaced as a whole. */
type DeepPartial<T> = {
  [K in keyof T]?: T[K] extends readonly (infer Item)[]
    ? readonly Item[]
    : T[K] extends (...args: never[]) => unknown
      ? T[K]
      : T[K] extends object
        ? DeepPartial<T[K]>
        : T[K]
}

/** What a file in `config/` may contain: any part of the configuration. */
export type ConfigInput = DeepPartial<Omit<Config, 'openApi'>> & {
  /** False: no document, for example in `config/environments/production.ts`. */
  openApi?: DeepPartial<Config['openApi']> | false
}

/** Types a file in `config/`. Returns its argument unchanged. */
export function defineConfig(config: ConfigInput): ConfigInput {
  return config
}

const described = <S extends v.GenericSchema>(schema: S, text: string) => v.pipe(schema, v.description(text))
const forwardedHeader = v.pipe(
  v.string(),
  v.toLowerCase(),
  v.picklist(['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host', 'x-forwarded-port', 'forwarded']),
)

function section<const E extends v.ObjectEntries>(entries: E) {
  return v.optional(v.strictObject(entries), {} as never)
}

/** The limits of the engine as settings, all derived from its table. */
function limitEntries(): v.ObjectEntries {
  const entries = Object.entries(LIMITS).map(([name, { min, default: value, description }]) => {
    return [name, v.optional(described(v.pipe(v.number(), v.integer(), v.minValue(min)), description), value)]
  })
  return Object.fromEntries(entries)
}

/**
 * @param production - requires settings that are safe on the open network: true for every environment except development
 * and test
 */
export function configSchema(production: boolean): v.GenericSchema<unknown, Config> {
  return v.strictObject({
    apiOnly: v.optional(described(v.boolean(), 'JSON only: no views, no static files'), false),
    checkResponses: v.optional(
      described(
        v.union([v.literal('auto'), v.boolean()]),
        'Checks responses against their schemas; auto: everywhere except in production',
      ),
      'auto',
    ),
    performanceLogging: v.optional(described(v.boolean(), 'Sends stage timings as Server-Timing and logs them'), false),
    http: section({
      host: v.optional(described(v.string(), 'Address to listen on'), '127.0.0.1'),
      port: v.optional(
        described(
          v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(65535)),
          'Port to listen on; 0: any free port',
        ),
        3000,
      ),
      trustedProxies: v.optional(
        described(v.array(v.string()), 'Addresses and CIDR ranges of proxies whose forwarded headers are trusted'),
        [],
      ),
      forwardedHeader: v.optional(
        described(
          v.array(forwardedHeader),
          'Header fields that those proxies set: x-forwarded-for, -proto, -host, -port; or forwarded',
        ),
        ['x-forwarded-for'],
      ),
      ...limitEntries(),
    }),
    log: section({
      level: v.optional(
        described(
          v.picklist(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']),
          'Lowest level that is logged',
        ),
        'info',
      ),
      format: v.optional(
        described(v.picklist(['auto', 'json', 'text']), 'JSON or text; auto: text in development, JSON elsewhere'),
        'auto',
      ),
      requests: v.optional(described(v.boolean(), 'Logs one line per request'), true),
    }),
    db: section({
      url: v.optional(v.pipe(v.string(), v.description('PostgreSQL connection URI'), v.metadata({ secret: true }))),
      read: v.optional(
        v.pipe(
          v.string(),
          v.description('Connection URI of the standby behind c.db.read'),
          v.metadata({ secret: true }),
        ),
      ),
      ...databaseEntries(),
    }),
    health: section({
      trusted: v.optional(
        described(v.array(v.string()), 'Addresses and CIDR ranges that may see which checks failed and why'),
        [],
      ),
    }),
    mail: v.optional(mailConfigSchema(), {}),
    openApi: section({
      path: v.optional(described(v.string(), 'Path of the OpenAPI document; empty: no document'), ''),
      title: v.optional(described(v.string(), 'Title of the API'), 'API'),
      version: v.optional(described(v.string(), 'Version of the API'), '1.0.0'),
    }),
    views: section({
      dir: v.optional(described(v.string(), 'Folder of the templates'), 'templates'),
      layout: v.optional(described(v.string(), 'Layout template of every page; empty: no layout'), ''),
    }),
    security: v.optional(securityConfigSchema(production), {}),
    session: v.optional(sessionConfigSchema(production), {}),
    static: section({
      dir: v.optional(described(v.string(), 'Folder of static files; empty: none are served'), 'public'),
      prefix: v.optional(described(v.string(), 'URL path of the static files'), '/'),
      maxAgeSeconds: v.optional(
        described(v.pipe(v.number(), v.minValue(0)), 'How long browsers may cache static files, in seconds'),
        3600,
      ),
      index: v.optional(described(v.string(), 'Index file of a folder, such as index.html; empty: none'), ''),
      types: v.optional(
        described(v.record(v.string(), v.string()), 'Additional content types by file extension, as JSON'),
        {},
      ),
    }),
    boomhauer: section({
      watch: v.optional(
        described(
          v.array(v.string()),
          'Globs of files that the application reads by itself; changes restart it in development',
        ),
        [],
      ),
      ignore: v.optional(described(v.array(v.string()), 'Globs of files whose changes development ignores'), []),
    }),
    propaneAccessories: v.optional(
      described(v.record(v.string(), v.unknown()), 'Settings of propane, the production server'),
      {},
    ),
  }) as unknown as v.GenericSchema<unknown, Config>
}

/** Variables with the prefix `ARLEN_` that belong to the platform or process manager and are not settings. */
export const KNOWN_ENV: readonly string[] = [
  'ARLEN_ENV',
  'ARLEN_GENERATION',
  'ARLEN_OUTCOME',
  'ARLEN_PERF_*',
  'ARLEN_PG_TEST_*',
  'ARLEN_PROPANE_*',
  'ARLEN_RELEASE',
  'ARLEN_SIGN_PASSWORD',
  'ARLEN_TARGET',
  'ARLEN_WORKER',
]

/** The variables that hosting platforms set, as a layer between the files and `ARLEN_*`. */
export function platformLayer(env: Readonly<Record<string, string | undefined>>): ConfigLayer {
  const port = env.PORT === undefined || env.PORT === '' ? undefined : Number(env.PORT)
  return {
    name: 'HOST, PORT, DATABASE_URL',
    values: { http: { host: env.HOST || undefined, port }, db: { url: env.DATABASE_URL || undefined } },
  }
}

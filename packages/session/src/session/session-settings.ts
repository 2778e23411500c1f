import { type OptionTable, option, readOptions } from '@arlen/core/options'
import { type CookieOptions, serializeCookie } from '@arlen/http'
import { CookieCodec } from '../cookie/cookie-codec.ts'
import { CsrfTokens } from '../csrf/csrf-token.ts'
import { KeyRing } from '../secrets/key-ring.ts'
import type { EndedSessions } from '../stores/ended-sessions.ts'
import type { SessionStore } from '../stores/session-store.ts'
import { Warnings } from './warnings.ts'

/** Options of {@link session}. */
export interface SessionOptions {
  /** Secrets of at least 32 bytes each, newest first. */
  secrets: readonly string[]
  /**
   * Whether cookies are `Secure` and have `__Host-` names (`__Secure-` with `domain`). Default true, including behind a
   * proxy that forwards plain http. Set false for development over http; cookies then have other names.
   */
  secure?: boolean
  /** The base of the cookie names. Default `session`. */
  cookieName?: string
  /** Shares the session with all subdomains, which must all be trusted. Default: this host only. */
  domain?: string | undefined
  /** Default `lax`. */
  sameSite?: 'strict' | 'lax' | 'none'
  /** Idle timeout in milliseconds. Default 12 hours. */
  idleMs?: number
  /** Absolute lifetime in milliseconds. Default 7 days. */
  absoluteMs?: number
  /** Whether the cookie outlives the browser session. Default true. */
  persistent?: boolean
  /** Stores sessions on the server, which allows revocation and more than 3 kB. The cookie then holds only an id. */
  store?: SessionStore | undefined
  /** Whether mistakes throw, which is best in development, or are logged. Default: the opposite of `secure`. */
  strict?: boolean
  /** The clock, in milliseconds since 1970. */
  now?: () => number
}

/** The options, with everything precomputed that does not depend on a request. */
export interface SessionSettings {
  readonly ring: KeyRing
  readonly secure: boolean
  readonly strict: boolean
  readonly cookie: CookieSlot
  /** The last use of the session, if its own cookie was not rewritten. */
  readonly seen: CookieSlot
  readonly flash: CookieSlot
  readonly remember: CookieSlot
  /** The accounts that this device has logged in to. Survives logout. */
  readonly device: CookieSlot
  readonly csrf: CsrfTokens
  readonly store: SessionStore | undefined
  /** Records cookies that have been replaced. Set by `createAuthentication()` with that option. */
  ended: EndedSessions | undefined
  readonly persistent: boolean
  /** In seconds. */
  readonly idle: number
  readonly absolute: number
  readonly renewAfter: number
  readonly now: () => number
  readonly warnings: Warnings
}

/** A cookie without its value: name, attributes and codec. */
export interface CookieSlot {
  readonly name: string
  readonly attributes: CookieOptions
  /** The attributes as they end a `Set-Cookie` value, Max-Age excepted. */
  readonly tail: string
  readonly codec: CookieCodec
}

export const DEFAULT_IDLE_MS: number = 12 * 60 * 60 * 1000
export const DEFAULT_ABSOLUTE_MS: number = 7 * 24 * 60 * 60 * 1000

const OPTIONS: OptionTable<SessionOptions> = {
  secrets: option.required(option.listOf(option.string)),
  secure: option.boolean,
  cookieName: option.text,
  domain: option.string,
  sameSite: option.oneOf('strict', 'lax', 'none'),
  idleMs: option.durationMs(1),
  absoluteMs: option.durationMs(1),
  persistent: option.boolean,
  store: option.object,
  strict: option.boolean,
  now: option.func,
}

/** @param owner - the function that takes the options, for errors about them */
export function sessionSettings(given: SessionOptions, owner = 'session()'): SessionSettings {
  const options = readOptions(owner, given, OPTIONS)
  const {
    secrets,
    secure = true,
    cookieName = 'session',
    domain,
    sameSite = 'lax',
    store,
    now = () => Date.now(),
  } = options
  const ring = new KeyRing(secrets)
  const prefix = secure ? (domain === undefined ? '__Host-' : '__Secure-') : 'insecure-'
  const attributes: CookieOptions = { domain, secure, sameSite }
  const slot = (suffix: string): CookieSlot => {
    const name = `${prefix}${cookieName}${suffix}`
    // Attributes that browsers would reject are rejected here, and not once per request.
    const tail = serializeCookie(name, '', attributes).slice(name.length + 1)
    return { name, attributes, tail, codec: new CookieCodec(ring, `cookie ${name}${store ? ' id' : ''}`) }
  }
  const idle = Math.ceil((options.idleMs ?? DEFAULT_IDLE_MS) / 1000)
  return {
    ring,
    secure,
    strict: options.strict ?? !secure,
    cookie: slot(''),
    seen: slot('-seen'),
    flash: slot('-flash'),
    remember: slot('-remember'),
    device: slot('-device'),
    csrf: new CsrfTokens(ring),
    store,
    ended: undefined,
    persistent: options.persistent ?? true,
    idle,
    absolute: Math.ceil((options.absoluteMs ?? DEFAULT_ABSOLUTE_MS) / 1000),
    renewAfter: Math.ceil(idle / 4),
    now: () => Math.floor(now() / 1000),
    warnings: new Warnings(),
  }
}

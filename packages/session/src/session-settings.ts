import type { CookieOptions } from '@arlen/http'
import { CookieCodec } from './cookie-codec.ts'
import { CsrfTokens } from './csrf-token.ts'
import type { EndedSessions } from './ended-sessions.ts'
import { KeyRing } from './key-ring.ts'
import type { SessionStore } from './session-store.ts'
import { Warnings } from './warnings.ts'

export interface SessionOptions {
  /** Secrets of at least 32 bytes, newest first, or the ring made of them. */
  secrets: readonly string[] | KeyRing
  /**
   * Whether cookies are `Secure` and have a `__Host-` (with `domain`: `__Secure-`) name. Default true, also behind a
   * proxy that speaks http to us. False is for development over http, and gives the cookies other names.
   */
  secure?: boolean
  /** What the cookies' names are made of. Default `session`. */
  cookieName?: string
  /** Shares the session with subdomains, at the price of trusting all of them. Default: this host alone. */
  domain?: string | undefined
  /** Default `lax`. */
  sameSite?: 'strict' | 'lax' | 'none'
  /** A session nobody used for this long is over, in milliseconds. Default 12 hours. */
  idleMs?: number
  /** A session is over this long after it began, in milliseconds. Default 7 days. */
  absoluteMs?: number
  /** Whether the cookie survives the browser's closing. Default true. */
  persistent?: boolean
  /** Keeps the contents on the server, for revocation and for more than 3 kB; the cookie then holds an id. */
  store?: SessionStore | undefined
  /** Whether mistakes throw, as is best in development, or are logged. Default: the opposite of `secure`. */
  strict?: boolean
  /** The clock, in milliseconds since 1970. */
  now?: () => number
}

/** The options with everything worked out that does not depend on a request. */
export interface SessionSettings {
  readonly ring: KeyRing
  readonly secure: boolean
  readonly strict: boolean
  readonly cookie: CookieSlot
  /** When the session was last used, where its own cookie did not have to be written. */
  readonly seen: CookieSlot
  readonly flash: CookieSlot
  readonly remember: CookieSlot
  /** Accounts that this device has logged in to, whoever is logged in now. */
  readonly device: CookieSlot
  readonly csrf: CsrfTokens
  readonly store: SessionStore | undefined
  /** Where cookies are void that other cookies have replaced; an `Authentication` that has one tells. */
  ended: EndedSessions | undefined
  readonly persistent: boolean
  /** All in seconds. */
  readonly idle: number
  readonly absolute: number
  readonly renewAfter: number
  readonly now: () => number
  readonly warnings: Warnings
}

/** A cookie's name, attributes and key: everything but its value. */
export interface CookieSlot {
  readonly name: string
  readonly attributes: CookieOptions
  readonly codec: CookieCodec
}

export const DEFAULT_IDLE_MS: number = 12 * 60 * 60 * 1000
export const DEFAULT_ABSOLUTE_MS: number = 7 * 24 * 60 * 60 * 1000

export function sessionSettings(options: SessionOptions): SessionSettings {
  const { secrets, secure = true, cookieName = 'session', domain, sameSite = 'lax', store, now = Date.now } = options
  const ring = secrets instanceof KeyRing ? secrets : new KeyRing(secrets)
  const prefix = secure ? (domain === undefined ? '__Host-' : '__Secure-') : 'insecure-'
  const attributes: CookieOptions = { domain, secure, sameSite }
  const slot = (suffix: string): CookieSlot => {
    const name = `${prefix}${cookieName}${suffix}`
    return { name, attributes, codec: new CookieCodec(ring, `cookie ${name}${store ? ' id' : ''}`) }
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

import { parseCookie, type SetCookie, stringifySetCookie } from 'cookie'

export interface CookieOptions {
  /** Lifetime in seconds; without it the cookie ends with the browser's session. */
  maxAge?: number
  expires?: Date
  domain?: string
  /** Default `/`. */
  path?: string
  /** Default true: scripts of the page cannot read it. */
  httpOnly?: boolean
  /** Default: whether the client's connection is encrypted, and true where browsers drop the cookie otherwise. */
  secure?: boolean
  /** Default `lax`. */
  sameSite?: 'strict' | 'lax' | 'none'
  partitioned?: boolean
  priority?: 'low' | 'medium' | 'high'
}

export type Cookies = Readonly<Record<string, string | undefined>>

const NONE: Cookies = Object.freeze(Object.create(null))

/** The cookies of a request by name; of equal names the first, as RFC 6265, section 5.4 orders the closer path first. */
export function readCookies(header: string | undefined): Cookies {
  return header === undefined ? NONE : parseCookie(header)
}

/** Cookies that browsers take with Secure alone by their name (RFC 6265bis, section 4.1.3). */
const SECURE_NAME = /^__(?:secure|host)-/i

/** The value of a Set-Cookie field. Throws a TypeError where name, domain or path cannot be written. */
export function writeCookie(name: string, value: string, options: CookieOptions, secure: boolean): string {
  const needsSecure = options.sameSite === 'none' || options.partitioned === true || SECURE_NAME.test(name)
  const cookie: SetCookie = {
    name,
    value,
    path: '/',
    httpOnly: true,
    sameSite: 'lax',
    secure: secure || needsSecure,
    ...options,
  }
  return stringifySetCookie(cookie)
}

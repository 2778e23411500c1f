import { type OptionTable, option, readOptions } from '@arlen/core/options'
import { type SetCookie, stringifySetCookie } from 'cookie'
import { httpError } from '../errors.ts'

/** The attributes of a cookie. An attribute that is `undefined` has its default. */
export interface CookieOptions {
  /** Lifetime in whole seconds; without it the cookie ends with the browser session. 0 deletes it. */
  maxAge?: number | undefined
  expires?: Date | undefined
  /** Sends the cookie to this host and all its subdomains. Default: only to the host that set it. */
  domain?: string | undefined
  /** Begins with a slash. Default `/`. */
  path?: string | undefined
  /** Hides the cookie from scripts of the page. Default true. */
  httpOnly?: boolean | undefined
  /**
   * Sends the cookie over https only. Default true. `c.setCookie` omits it from responses to plain http requests, where
   * browsers would drop the cookie, unless another attribute or the name requires it.
   */
  secure?: boolean | undefined
  /** Default `lax`. */
  sameSite?: 'strict' | 'lax' | 'none' | undefined
  /** One cookie jar for each top-level site (CHIPS); needs `secure`. Default false. */
  partitioned?: boolean | undefined
  priority?: 'low' | 'medium' | 'high' | undefined
}

/** Values are validated by what browsers accept. */
const COOKIE_OPTIONS: OptionTable<CookieOptions> = {
  maxAge: option.any,
  expires: option.any,
  domain: option.any,
  path: option.any,
  httpOnly: option.any,
  secure: option.any,
  sameSite: option.any,
  partitioned: option.any,
  priority: option.any,
}

/** Most bytes of name and value together that browsers store (RFC 6265bis, section 5.6). */
export const MAX_COOKIE_BYTES = 4096

/** Browsers ignore attributes whose value is longer, in bytes (RFC 6265bis, section 5.6). */
const MAX_ATTRIBUTE_BYTES = 1024

/** Name prefixes whose requirements browsers enforce, in any case (RFC 6265bis, sections 4.1.3 and 5.7). */
const PREFIX = /^__(?:host-http|http|host|secure)-/i

/**
 * The value of a Set-Cookie field, with the safe attributes `Path=/; HttpOnly; Secure; SameSite=Lax` by default.
 *
 * @throws `cookie_invalid` for a cookie that cannot be written, or that browsers would silently drop or change (RFC
 * 6265bis, section 5.7); the message has the reason
 */
export function serializeCookie(name: string, value: string, options: CookieOptions = {}): string {
  return writeCookie(name, value, options, true)
}

/** Like {@link serializeCookie}, for a client whose connection is known to be encrypted or not. */
export function writeCookie(name: string, value: string, given: CookieOptions, encrypted: boolean): string {
  const options = readOptions('the cookie', given, COOKIE_OPTIONS)
  const { path = '/', httpOnly = true, partitioned = false } = options
  // In any case, as browsers read it.
  const sameSite = String(options.sameSite ?? 'lax').toLowerCase() as NonNullable<CookieOptions['sameSite']>
  const needsSecure = sameSite === 'none' || partitioned || PREFIX.test(name)
  const { secure = encrypted || needsSecure, maxAge, expires, domain, priority } = options
  const cookie: SetCookie = { name, value, path, httpOnly, secure, sameSite, partitioned }
  if (maxAge !== undefined) cookie.maxAge = maxAge
  if (expires !== undefined) cookie.expires = expires
  if (domain !== undefined) cookie.domain = domain
  if (priority !== undefined) cookie.priority = priority
  const reason = rejectionReason(cookie)
  if (reason !== undefined) throw httpError('cookie_invalid', { name: JSON.stringify(name), reason })
  let text: string
  try {
    text = stringifySetCookie(cookie)
  } catch (cause) {
    const what = cause instanceof Error ? cause.message : 'it has characters that no cookie may have'
    throw httpError('cookie_invalid', { name: JSON.stringify(name), reason: what }, { cause })
  }
  const bytes = text.indexOf(';') - 1
  if (bytes > MAX_COOKIE_BYTES) {
    const size = `name and value have ${bytes} bytes, and browsers drop more than ${MAX_COOKIE_BYTES}`
    throw httpError('cookie_invalid', { name: JSON.stringify(name), reason: size })
  }
  return text
}

/** Why browsers would drop or change the cookie; undefined if they keep it. */
function rejectionReason(cookie: SetCookie): string | undefined {
  return prefixRejection(cookie) ?? secureRejection(cookie) ?? scopeRejection(cookie) ?? lifetimeRejection(cookie)
}

function prefixRejection({ name, secure, httpOnly, path, domain }: SetCookie): string | undefined {
  const prefix = PREFIX.exec(name)?.[0]
  if (prefix === undefined) return undefined
  const kind = prefix.toLowerCase()
  if (!secure) return `browsers drop a ${prefix} cookie without secure`
  if (kind.includes('http-') && !httpOnly) return `browsers drop a ${prefix} cookie without httpOnly`
  if (!kind.startsWith('__host-')) return undefined
  if (domain !== undefined && domain !== '') return `browsers drop a ${prefix} cookie with a domain`
  return path === '/' ? undefined : `browsers drop a ${prefix} cookie whose path is not /`
}

function secureRejection({ secure, sameSite, partitioned }: SetCookie): string | undefined {
  if (secure) return undefined
  if (sameSite === 'none') return "browsers drop a cookie with sameSite 'none' and without secure"
  return partitioned ? 'browsers drop a partitioned cookie without secure' : undefined
}

function scopeRejection({ path = '', domain = '' }: SetCookie): string | undefined {
  if (!path.startsWith('/'))
    return `browsers ignore the path ${JSON.stringify(path)}, which does not begin with a slash`
  if (path.length > MAX_ATTRIBUTE_BYTES) return `browsers ignore a path of more than ${MAX_ATTRIBUTE_BYTES} bytes`
  if (/[^\0-\x7f]/.test(domain)) return `the domain ${JSON.stringify(domain)} must be written in US-ASCII (xn--…)`
  // RFC 1035, section 2.3.4: no host has a longer name, so none matches this one.
  return domain.length > 254 ? 'no host has a name as long as its domain' : undefined
}

function lifetimeRejection({ maxAge, expires }: SetCookie): string | undefined {
  if (maxAge !== undefined && !Number.isSafeInteger(maxAge)) return `maxAge is ${maxAge}, not a whole number of seconds`
  return expires !== undefined && Number.isNaN(expires.getTime()) ? 'expires is an invalid date' : undefined
}

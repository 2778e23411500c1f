import { stringifySetCookie } from 'cookie'
import { sessionError } from './errors.ts'

/** The attributes of a cookie. The defaults are the safe ones: `Path=/; HttpOnly; Secure; SameSite=Lax`. */
export interface CookieAttributes {
  /** Default `/`. */
  path?: string | undefined
  /** Default none: the cookie goes to this host alone. */
  domain?: string | undefined
  /** Seconds to live; without it the cookie goes when the browser closes. 0 deletes it. */
  maxAge?: number | undefined
  /** Default true: scripts cannot read it. */
  httpOnly?: boolean | undefined
  /** Default true: it travels over https alone. */
  secure?: boolean | undefined
  /** Default `lax`. */
  sameSite?: 'strict' | 'lax' | 'none' | undefined
  /** One jar for each top-level site (CHIPS). Default false. */
  partitioned?: boolean | undefined
  priority?: 'low' | 'medium' | 'high' | undefined
}

/** What browsers store at most: name, value and attributes together (RFC 6265, section 6.1; 6265bis, section 5.6). */
export const MAX_COOKIE_BYTES = 4096

/**
 * The value of a `Set-Cookie` field.
 *
 * @throws ArlenError `cookie_invalid` for names, values and attributes that browsers would refuse: a `__Host-` cookie
 *   with a domain or another path, `SameSite=None` or a prefix without `Secure`, control characters, over 4,096 bytes.
 */
export function serializeCookie(name: string, value: string, attributes: CookieAttributes = {}): string {
  return render(name, value, attributes, undefined)
}

/** As {@link serializeCookie}, for a value that is cookie text already; `%` stays `%`. */
export function serializeRawCookie(name: string, value: string, attributes: CookieAttributes = {}): string {
  return render(name, value, attributes, text => text)
}

/** `Set-Cookie` that makes a browser forget a cookie; domain and path must be those it was set with. */
export function deleteCookie(name: string, attributes: CookieAttributes = {}): string {
  return render(name, '', { ...attributes, maxAge: 0 }, undefined)
}

function render(
  name: string,
  value: string,
  attributes: CookieAttributes,
  encode: ((text: string) => string) | undefined,
): string {
  const { path = '/', domain, maxAge, httpOnly = true, secure = true, sameSite = 'lax', ...rest } = attributes
  const refuse = (reason: string) => sessionError('cookie_invalid', { name: JSON.stringify(name), reason })
  if (name === '' || /[=;,\s"\\]/.test(name)) throw refuse('its name is no token (RFC 6265, section 4.1.1)')
  const prefix = /^__(?:host|secure)-/i.exec(name)?.[0].toLowerCase()
  if (prefix && !secure) throw refuse(`${prefix} needs Secure`)
  if (prefix === '__host-' && (domain !== undefined || path !== '/')) throw refuse('__Host- needs Path=/ and no Domain')
  if (sameSite === 'none' && !secure) throw refuse('SameSite=None needs Secure')
  let cookie: string
  try {
    cookie = stringifySetCookie(
      {
        name,
        value,
        path,
        httpOnly,
        secure,
        sameSite,
        ...(domain !== undefined && { domain }),
        ...(maxAge !== undefined && { maxAge: Math.trunc(maxAge) }),
        ...(rest.partitioned && { partitioned: true }),
        ...(rest.priority && { priority: rest.priority }),
      },
      encode && { encode },
    )
  } catch (cause) {
    throw sessionError(
      'cookie_invalid',
      { name: JSON.stringify(name), reason: 'its value or an attribute has characters that no cookie may have' },
      { cause },
    )
  }
  if (Buffer.byteLength(cookie) > MAX_COOKIE_BYTES) throw refuse(`it would have over ${MAX_COOKIE_BYTES} bytes`)
  return cookie
}

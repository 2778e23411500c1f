/** A cookie as a response sets it. */
export interface ResponseCookie {
  name: string
  value: string
  path?: string
  domain?: string
  maxAge?: number
  expires?: Date
  httpOnly: boolean
  secure: boolean
  partitioned: boolean
  sameSite?: string
}

/** Parses a Set-Cookie field as browsers do (RFC 6265bis, section 5.6). Undefined if they would ignore it. */
export function readSetCookie(field: string): ResponseCookie | undefined {
  const [pair = '', ...attributes] = field.split(';')
  const equals = pair.indexOf('=')
  const name = pair.slice(0, Math.max(equals, 0)).trim()
  const value = pair.slice(equals + 1).trim()
  if (name === '' && value === '') return undefined
  const cookie: ResponseCookie = { name, value, httpOnly: false, secure: false, partitioned: false }
  for (const attribute of attributes) {
    const at = attribute.indexOf('=')
    const key = (at < 0 ? attribute : attribute.slice(0, at)).trim().toLowerCase()
    applyAttribute(cookie, key, at < 0 ? '' : attribute.slice(at + 1).trim())
  }
  return cookie
}

function applyAttribute(cookie: ResponseCookie, key: string, value: string): void {
  if (key === 'path') cookie.path = value
  else if (key === 'domain') cookie.domain = value
  else if (key === 'max-age') cookie.maxAge = Number(value)
  else if (key === 'expires') cookie.expires = new Date(value)
  else if (key === 'samesite') cookie.sameSite = value
  else if (key === 'httponly') cookie.httpOnly = true
  else if (key === 'secure') cookie.secure = true
  else if (key === 'partitioned') cookie.partitioned = true
}

/** Whether it deletes the cookie. */
export function isRemoved({ maxAge, expires }: ResponseCookie): boolean {
  return maxAge !== undefined ? maxAge <= 0 : expires !== undefined && expires.getTime() <= Date.now()
}

/** What stands where a secret stood. */
export const REDACTED = '[redacted]'

/** Names of fields, headers and variables whose values are nobody's business. */
const SECRET_NAME =
  /pass(?:w(?:or)?d|phrase)?|secret|token|api[-_]?key|private[-_]?key|signing|authorization|cookie|credential|session[-_]?id|csrf|dsn|database[-_]?url|\bsid\b|\bpin\b|\botp\b/i

const USER_INFO = /\b([a-z][a-z0-9+.-]*:\/\/[^\s:/@'"`]*):[^\s@/'"`]+@/gi
const BEARER = /\b(Bearer|Basic|Digest)\s+[\w.~+/=-]{6,}/gi
const ASSIGNED = /\b(password|passwd|pwd|secret|token|api_?key)=[^\s&'"`;,)]+/gi

export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name)
}

export type Redact = (text: string) => string

/**
 * Makes the function that takes secrets out of texts: the passwords of URLs, credentials of HTTP, `password=…`, and
 * every value in `env` whose variable is named like a secret (values shorter than six characters are left: they would
 * blank out ordinary words).
 */
export function createRedact(env: Readonly<Record<string, string | undefined>> = process.env): Redact {
  const values = Object.entries(env)
    .filter(([name, value]) => value !== undefined && value.length >= 6 && isSecretName(name))
    .map(([, value]) => value as string)
    .sort((a, b) => b.length - a.length)
  return text => {
    let clean = text
    for (const value of values) clean = clean.replaceAll(value, REDACTED)
    return clean
      .replace(USER_INFO, `$1:${REDACTED}@`)
      .replace(BEARER, `$1 ${REDACTED}`)
      .replace(ASSIGNED, `$1=${REDACTED}`)
  }
}

/** A query string or URL with the values of secret parameters taken out. */
export function redactUrl(url: string, redact: Redact): string {
  return redact(url).replace(/([?&;])([^=&;#]+)=([^&;#]*)/g, (whole, mark: string, name: string) =>
    isSecretName(name) ? `${mark}${name}=${REDACTED}` : whole,
  )
}

import { isSecretName, REDACTED } from '@arlen/core/secrets'

// Each starts where a word starts and nowhere inside one, so that the time is linear in the text.
const USER_INFO = /(?<![a-z0-9+.-])([a-z][a-z0-9+.-]*:\/\/[^\s:/@'"`]*):[^\s@/'"`]+@/gi
const CREDENTIALS = /\b(Bearer|Basic|Digest)\s+[\w.~+/=-]{6,}/gi
const ASSIGNED = /(?<![\w.-])([\w.-]+)=([^\s&'"`;,)]+)/g

/** Takes secrets out of a text. */
export type Redact = (text: string) => string

/**
 * Makes the function that takes secrets out of texts: the passwords of URLs, credentials of HTTP, the values of
 * `password=…` and other names of secrets, and every value in `env` whose variable is named like a secret (values shorter than six characters are left: they would
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
      .replace(CREDENTIALS, `$1 ${REDACTED}`)
      .replace(ASSIGNED, (whole, name: string) => (isSecretName(name) ? `${name}=${REDACTED}` : whole))
  }
}

/** A query string or URL with the values of secret parameters taken out. */
export function redactUrl(url: string, redact: Redact): string {
  return redact(url).replace(/([?&;])([^=?&;#]+)=([^&;#]*)/g, (whole, mark: string, name: string) =>
    isSecretName(name) ? `${mark}${name}=${REDACTED}` : whole,
  )
}

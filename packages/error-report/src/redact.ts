import { isSecretName, REDACTED } from '@arlen/core/secrets'

const FOLDERS = new Set(['PWD', 'OLDPWD'])

// Each can start only at the start of a word: so they take linear time.
const USER_INFO = /(?<![a-z0-9+.-])([a-z][a-z0-9+.-]*:\/\/[^\s:/@'"`]*):[^\s@/'"`]+@/gi
const CREDENTIALS = /\b(Bearer|Basic|Digest)\s+[\w.~+/=-]{6,}/gi
const ASSIGNED = /(?<![\w.-])([\w.-]+)=([^\s&'"`;,)]+)/g

/** Redacts the secrets in a text. */
export type Redact = (text: string) => string

/**
 * Creates a function that redacts secrets in texts: passwords in URLs, HTTP credentials, the values of `password=…` and
 * other secret names, and the values of variables in `env` whose names are secret. Values of fewer than six characters are
 * kept, because redacting them would blank out ordinary words. `PWD` and `OLDPWD` are the shell's working folders, not
 * passwords.
 */
export function createRedact(env: Readonly<Record<string, string | undefined>> = process.env): Redact {
  const values = Object.entries(env)
    .filter(([name, value]) => value !== undefined && value.length >= 6 && isSecretName(name) && !FOLDERS.has(name))
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

/** Redacts the values of secret parameters in a URL or query string. */
export function redactUrl(url: string, redact: Redact): string {
  return redact(url).replace(/([?&;])([^=?&;#]+)=([^&;#]*)/g, (whole, mark: string, name: string) =>
    isSecretName(name) ? `${mark}${name}=${REDACTED}` : whole,
  )
}

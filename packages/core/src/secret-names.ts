/** What stands in the place of a secret. */
export const REDACTED = '[redacted]'

// Parts of names, and below them words so short that they count only where they are a word of the name.
const PARTS =
  /passw(?:or)?d|passphrase|secret|token|(?:api|private|access|signing|encryption)_?key|signing|authorization|cookie|credential|session_?id|csrf|xsrf|dsn|(?:database|connection)_?(?:url|string)/
const WORDS = /(?:^|_)(?:pass|pwd|sid|pin|otp|cvc|cvv)(?:_|$)/

/**
 * Whether a field, header, variable or option of this name holds a secret: `password`, `userPassword`, `API_KEY`,
 * `Set-Cookie`. Logs, error reports, re-filled forms and messages about options ask here.
 */
export function isSecretName(name: string): boolean {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .toLowerCase()
  return PARTS.test(words) || WORDS.test(words)
}

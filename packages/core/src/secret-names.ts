/** Shown instead of a secret. */
export const REDACTED = '[redacted]'

// PARTS match anywhere in a name, WORDS only whole words.
const PARTS =
  /passw(?:or)?d|passphrase|secret|token|(?:api|private|access|signing|encryption)_?key|authorization|cookie|credential|session_?id(?![a-z])|csrf|xsrf|dsn|(?:database|connection)_?(?:url|string)/
const WORDS = /(?:^|_)(?:pass|pwd|sid|pin|otp|cvc|cvv)(?:_|$)/

/**
 * Whether a field, header, variable or option with this name holds a secret: `password`, `userPassword`, `API_KEY`,
 * `Set-Cookie`. Decides for logs, error reports, re-filled forms and messages about options.
 */
export function isSecretName(name: string): boolean {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .toLowerCase()
  return PARTS.test(words) || WORDS.test(words)
}

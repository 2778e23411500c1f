import { randomBytes } from 'node:crypto'

/** The placeholder that scaffolds write. Production refuses to start with it. */
export const PLACEHOLDER_SECRET = 'change-me: run `npx arlen generate secret` and keep the result out of the repository'

const LEAST_BYTES = 32
const LEAST_VARIETY = 8
const PLACEHOLDER = /change.?me|placeholder|your.?secret|secret.?key|example|insecure|password/i

/** A secret of 256 random bits, as base64url. */
export function generateSecret(): string {
  return randomBytes(32).toString('base64url')
}

/** All problems of a list of secrets, newest first; empty if they are fit for production. Quotes no secret. */
export function secretProblems(secrets: readonly string[]): string[] {
  if (secrets.length === 0) return ['there is no secret; make one with `npx arlen generate secret`']
  const problems: string[] = []
  secrets.forEach((secret, index) => {
    const which = `secret ${index + 1} of ${secrets.length}`
    const bytes = Buffer.byteLength(secret)
    if (PLACEHOLDER.test(secret)) problems.push(`${which} is a placeholder`)
    else if (bytes < LEAST_BYTES) problems.push(`${which} has ${bytes} bytes, at least ${LEAST_BYTES} are needed`)
    else if (new Set(secret).size < LEAST_VARIETY) problems.push(`${which} repeats too few characters to be random`)
    if (secrets.indexOf(secret) < index) problems.push(`${which} is there twice`)
  })
  return problems
}

import { createHash } from 'node:crypto'
import { hostname, userInfo } from 'node:os'

/**
 * A session secret for development and tests: the same after every restart, so that nobody is logged out by a save.
 * Whoever can read the machine can work it out, which is why production never uses it.
 */
export function developmentSecret(root: string): string {
  const facts = ['arlen development', hostname(), userInfo().uid, root]
  return createHash('sha256').update(facts.join('\0')).digest('base64url')
}

import { describeSecurity, type GuardSecurity, type Handler, type Provides } from '@arlen/core'
import type { Context } from '@arlen/http'
import { sessionError } from '../errors.ts'
import { whenKnown } from '../session/when-known.ts'

/**
 * A guard that runs before the handler (`under: auth.requireUser`) or around it (`use: auth.requireUser`,
 * `auth.requireUser(handler)`). `Members` are the context members that it guarantees to handlers.
 */
export interface AuthGuard<Members> extends Provides<Members> {
  /** The security requirement for OpenAPI documents. */
  readonly security: GuardSecurity
  (next: Handler<Context>): Handler<Context>
  (c: Context): unknown
}

/** @throws ArlenError `guard_foreign` for the request of another framework, whose requests would hang */
function demandContext(target: Context): Context {
  if ('stash' in target) return target
  throw sessionError('guard_foreign')
}

/** @param check - returns undefined to let the request pass, or the response; may throw. */
export function guard<Members>(check: (c: Context) => unknown, security: GuardSecurity): AuthGuard<Members> {
  const decide = (target: Handler<Context> | Context): unknown => {
    if (typeof target !== 'function') return check(demandContext(target))
    return (c: Context) => whenKnown(check(c), answer => (answer === undefined ? target(c) : answer))
  }
  return describeSecurity(decide, security) as AuthGuard<Members>
}

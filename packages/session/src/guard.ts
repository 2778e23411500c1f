import { describeSecurity, type GuardSecurity, type Handler, type Provides } from '@arlen/core'
import type { Context } from '@arlen/http'
import { whenKnown } from './when-known.ts'

/**
 * Decides whether a request may go on, before the handler (`under: auth.requireUser`) or around it
 * (`use: auth.requireUser`, or `auth.requireUser(handler)`). `Members` are what handlers then find in their context.
 */
export interface AuthGuard<Members> extends Provides<Members> {
  /** What an OpenAPI document says of the routes behind it. */
  readonly security: GuardSecurity
  (next: Handler<Context>): Handler<Context>
  (c: Context): unknown
}

/** @param check - undefined lets the request pass, anything else is the answer; or it throws. */
export function guard<Members>(check: (c: Context) => unknown, security: GuardSecurity): AuthGuard<Members> {
  const decide = (target: Handler<Context> | Context): unknown => {
    if (typeof target !== 'function') return check(target)
    return (c: Context) => whenKnown(check(c), answer => (answer === undefined ? target(c) : answer))
  }
  return describeSecurity(decide, security) as AuthGuard<Members>
}

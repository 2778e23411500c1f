import { after, type Provides } from '@arlen/core'
import { type Context, Reply } from '@arlen/http'
import type { Guard } from './route-options.ts'

/** What remains of a guard's result after its responses are sent. */
type Value<Result> = Exclude<Awaited<Result>, Reply>

/** A guard that puts one value into the stash, typed for all handlers behind it. */
export type Provider<Name extends string, Result> = Guard & Provides<{ readonly stash: Record<Name, Value<Result>> }>

/**
 * Creates a guard that provides a value to the handlers behind it, as `c.stash[name]` with its type:
 *
 * ```ts
 * const withTenant = provide('tenant', async c => (await tenantOf(c)) ?? c.problem(404, 'tenant_unknown'))
 *
 * app.group('/t', { under: withTenant }, tenants => {
 *   tenants.get('/', c => c.stash.tenant.name)
 * })
 * ```
 *
 * @param get - A returned response (`c.problem()`, `c.redirect()` and the like) or a thrown error ends the request;
 * anything else is the value, including `undefined` and `null`.
 */
export function provide<const Name extends string, Result>(
  name: Name,
  get: (c: Context) => Result,
): Provider<Name, Result> {
  return c =>
    after(get(c), result => {
      if (result instanceof Reply) return result
      c.stash[name] = result
      return undefined
    })
}

import { after, type Provides } from '@arlen/core'
import { type Context, Reply } from '@arlen/http'
import type { Guard } from './route-options.ts'

/** What is left of a guard's result once its answers are sent. */
type Value<Result> = Exclude<Awaited<Result>, Reply>

/** A guard that puts one value into the stash, typed for every handler behind it. */
export type Provider<Name extends string, Result> = Guard & Provides<{ readonly stash: Record<Name, Value<Result>> }>

/**
 * Makes a guard that provides a value to the handlers behind it, as `c.stash[name]` with its type:
 *
 * ```ts
 * const withTenant = provide('tenant', async c => (await tenantOf(c)) ?? c.problem(404, 'tenant_unknown'))
 *
 * app.group('/t', { under: withTenant }, tenants => {
 *   tenants.get('/', c => c.stash.tenant.name)
 * })
 * ```
 *
 * @param get - A response (`c.problem()`, `c.redirect()` and the like) ends the request, and what is thrown does;
 *   anything else is the value, `undefined` and `null` included.
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

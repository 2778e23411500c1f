declare const PROVIDES: unique symbol

/**
 * Says of a guard or middleware what every handler behind it finds in its context, for the compiler alone:
 *
 * ```ts
 * const requireUser: Middleware<Context> & Provides<{ readonly user: User }> = next => c => …
 * ```
 *
 * `Members` are members of the context; values in the stash are written `{ readonly stash: { tenant: Tenant } }`. That
 * they are there whenever the next handler is called is a promise of the code that has this type.
 */
export interface Provides<Members> {
  /** Never there at run time. */
  readonly [PROVIDES]?: Members
}

/**
 * The members that a guard, a middleware, or each of a list of them provides; `unknown`, which adds nothing to an
 * intersection, where they provide none.
 */
export type Provided<T> = T extends readonly [infer First, ...infer Rest]
  ? Provided<First> & Provided<Rest>
  : typeof PROVIDES extends keyof T
    ? NonNullable<T[typeof PROVIDES]>
    : unknown

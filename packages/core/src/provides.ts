declare const PROVIDES: unique symbol

/**
 * Tells the compiler what every handler behind a guard or middleware finds in its context:
 *
 * ```ts
 * const requireUser: Middleware<Context> & Provides<{ readonly user: User }> = next => c => …
 * ```
 *
 * `Members` are members of the context; values in the stash are written `{ readonly stash: { tenant: Tenant } }`. Code with
 * this type promises that they exist whenever the next handler is called.
 */
export interface Provides<Members> {
  /** Does not exist at run time. */
  readonly [PROVIDES]?: Members
}

/**
 * The members that a guard, a middleware, or each of a list of them provides; `unknown` if they provide none, which adds
 * nothing to an intersection.
 */
export type Provided<T> = T extends readonly [infer First, ...infer Rest]
  ? Provided<First> & Provided<Rest>
  : typeof PROVIDES extends keyof T
    ? NonNullable<T[typeof PROVIDES]>
    : unknown

import type { Param } from './sql.ts'

/**
 * The queries of an application by their text, with the types of their parameters and rows. Extended by declaration merging
 * in the file that `arlen sql check --write` generates.
 */
// biome-ignore lint/suspicious/noEmptyInterface: made to be merged with
export interface KnownQueries {}

interface Known {
  params: readonly unknown[]
  row: unknown
}

/** The parameters of a query, if its text is known. */
export type ParamsOf<Q> = Q extends keyof KnownQueries
  ? KnownQueries[Q] extends Known
    ? KnownQueries[Q]['params']
    : never
  : readonly Param[]

/** The row of a query, if its text is known. */
export type RowOf<Q> = Q extends keyof KnownQueries
  ? KnownQueries[Q] extends Known
    ? KnownQueries[Q]['row']
    : never
  : Record<string, unknown>

/** Values can be omitted only if there are none. */
export type ValuesOf<Q> = Q extends keyof KnownQueries
  ? ParamsOf<Q> extends readonly []
    ? [values?: ParamsOf<Q>]
    : [values: ParamsOf<Q>]
  : [values?: readonly Param[]]

/** No value has this type. Its name is the error message. */
interface InterpolatedSqlNeedsTheSqlTag {
  readonly sql: never
}

/**
 * A text, but not a template with interpolations: that lacks its sql tag, which is how injection happens. `string` itself
 * is accepted, as are templates of literals.
 */
export type StaticText<Q extends string> = string extends Q
  ? Q
  : Record<never, 1> extends Record<Q, 1>
    ? InterpolatedSqlNeedsTheSqlTag
    : Q

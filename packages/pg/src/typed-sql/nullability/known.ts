import type { Tree } from '../../lint/parser.ts'
import type { Column } from './name-scope.ts'

/** A table or view in the catalog. */
export interface KnownTable {
  columns: readonly Column[]
  /** The parse tree of a view's query. */
  view?: Tree | undefined
}

/** What must be known of a database. */
export interface Known {
  table(schema: string | undefined, name: string): KnownTable | undefined
  /** The name of a PostgreSQL function; undefined if it may be one of the application's. */
  builtIn(path: readonly string[]): string | undefined
  /** Operators that the application has defined. */
  readonly ownOperators: ReadonlySet<string>
  /** Whether the application has defined casts. */
  readonly ownCasts: boolean
}

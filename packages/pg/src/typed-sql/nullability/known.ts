import type { Tree } from '../../lint/parser.ts'
import type { Column } from './scope.ts'

/** A table or view, as the catalog has it. */
export interface KnownTable {
  columns: readonly Column[]
  /** The parse tree of a view's query. */
  view?: Tree | undefined
}

/** What has to be known of a database. */
export interface Known {
  table(schema: string | undefined, name: string): KnownTable | undefined
  /** The name of a function of PostgreSQL; undefined where it may be one of the application. */
  builtIn(path: readonly string[]): string | undefined
  /** Operators that the application has made itself. */
  readonly ownOperators: ReadonlySet<string>
  /** Whether the application has made casts of its own. */
  readonly ownCasts: boolean
}

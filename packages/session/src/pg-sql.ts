/** What the stores need of a database; a `Pg` of @arlen/pg has it, and so has a transaction. */
export interface SqlClient {
  execute(text: string, values: readonly (string | number | null)[]): Promise<number>
  maybeOne<T>(text: string, values: readonly (string | number | null)[]): Promise<T | undefined>
}

/** The database itself, or a function that gives it, for an application that is assembled before it has one. */
export type SqlSource = SqlClient | (() => SqlClient)

export function sqlClient(source: SqlSource): SqlClient {
  return typeof source === 'function' ? source() : source
}

/** The database access that stores need. A `Pg` of @arlen/pg has it, and so has a transaction. */
export interface SqlClient {
  execute(text: string, values: readonly (string | number | null)[]): Promise<number>
  maybeOne<T>(text: string, values: readonly (string | number | null)[]): Promise<T | undefined>
}

/** The database, or a function that returns it, for applications that create stores before the database. */
export type SqlSource = SqlClient | (() => SqlClient)

export function sqlClient(source: SqlSource): SqlClient {
  return typeof source === 'function' ? source() : source
}

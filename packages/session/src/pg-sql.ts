/** What the stores need of a database; a `Pg` of @arlen/pg has it, and so has a transaction. */
export interface SqlClient {
  execute(text: string, values?: readonly (string | number | null)[]): Promise<number>
  maybeOne<T>(text: string, values?: readonly (string | number | null)[]): Promise<T | undefined>
}

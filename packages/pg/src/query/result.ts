/** A column of a result, as the server describes it. */
export interface Field {
  name: string
  /** OID of the column's table, 0 if it has none. */
  tableId: number
  /** Number of the column in that table, 0 if it has none. */
  columnNumber: number
  /** OID of its type. */
  typeId: number
}

/** The rows of a query and the server's metadata. */
export interface Result<T> {
  rows: T[]
  /** Rows returned or changed. */
  rowCount: number
  /** `SELECT`, `INSERT`, `CREATE TABLE`, … */
  command: string
  fields: readonly Field[]
}

/** Parses a command tag: `INSERT 0 3`, `SELECT 5`, `CREATE TABLE`. */
export function readTag(tag: string): { command: string; rowCount: number } {
  const numbers = tag.search(/ \d/)
  if (numbers < 0) return { command: tag, rowCount: 0 }
  return { command: tag.slice(0, numbers), rowCount: Number(tag.slice(tag.lastIndexOf(' ') + 1)) }
}

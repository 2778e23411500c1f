import { parseSql } from '../../lint/parser.ts'
import type { Known } from './known.ts'
import type { Column } from './name-scope.ts'
import { QueryReader } from './query.ts'

/**
 * The indexes of the columns that are never NULL. A column may be NULL if the text does not prove otherwise, or if
 * PostgreSQL's parser rejects it; without libpg-query, all may be.
 *
 * @param columns - the names of the columns, as the server describes them
 */
export async function inferNeverNull(
  text: string,
  columns: readonly string[],
  known: Known,
): Promise<ReadonlySet<number>> {
  const found = await columnsOf(text, known).catch(() => undefined)
  const read = found && (found.length === columns.length ? found : undefined)
  // If the names differ from the server's, the text was not understood.
  const understood = read?.every(({ name }, i) => name === undefined || name === columns[i])
  return new Set(understood ? read!.flatMap(({ nullable }, i) => (nullable ? [] : [i])) : [])
}

async function columnsOf(text: string, known: Known): Promise<readonly Column[] | undefined> {
  const [statement, ...others] = await parseSql(text)
  return statement && others.length === 0 ? new QueryReader(known).columnsOf(statement.kind, statement.node) : undefined
}

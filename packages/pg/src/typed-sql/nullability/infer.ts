import { parseSql } from '../../lint/parser.ts'
import type { Known } from './known.ts'
import { QueryReader } from './query.ts'
import type { Column } from './scope.ts'

/**
 * The places of the columns that are never NULL. What the text does not tell, or PostgreSQL's parser does not take, may be
 * NULL; without libpg-query that is all.
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
  // Where the names are others than the server's, the text was not understood.
  const understood = read?.every(({ name }, i) => name === undefined || name === columns[i])
  return new Set(understood ? read!.flatMap(({ nullable }, i) => (nullable ? [] : [i])) : [])
}

async function columnsOf(text: string, known: Known): Promise<readonly Column[] | undefined> {
  const [statement, ...others] = await parseSql(text)
  return statement && others.length === 0 ? new QueryReader(known).columnsOf(statement.kind, statement.node) : undefined
}

import { HttpError } from '@arlen/core'
import { oneLine } from '../sql/one-line.ts'
import { sqlExcerpt } from '../sql/sql-excerpt.ts'
import { planIsStale } from '../wire/plan-failure.ts'
import type { ServerMessage } from '../wire/server-message.ts'
import { describeSqlState, type SqlStateEntry } from './sqlstate.ts'

export interface QueryInfo {
  text: string
  name?: string | undefined
  /** Only if parameters may be shown. */
  values?: readonly unknown[] | undefined
}

/** A table or type was changed under a prepared statement. Outside of transactions, the query is sent again instead. */
const STALE_PLAN: SqlStateEntry = { code: 'cached_plan_changed', status: 503, retryable: true }

/** PgBouncer's error if it has no server for a query: none responds, or it may not log in. */
function isOfPooler({ code, severity }: ServerMessage): boolean {
  return code === '08P01' && severity === 'FATAL'
}

/**
 * An error that the server returned. `code` is the condition name (`unique_violation`); `status` and `detail` are for the
 * client; everything else is for the log.
 */
export class DatabaseError extends HttpError {
  /** Five characters, appendix A of the PostgreSQL manual. */
  readonly sqlstate: string
  readonly severity: string | undefined
  readonly constraint: string | undefined
  readonly schema: string | undefined
  readonly table: string | undefined
  readonly column: string | undefined
  readonly dataType: string | undefined
  readonly hint: string | undefined
  readonly where: string | undefined
  /** From 1, in characters of `query`. */
  readonly position: number | undefined
  readonly query: string | undefined
  /** The name given with the query. */
  readonly queryName: string | undefined
  /** The same work may succeed if it is retried; in a transaction, that means the whole transaction. */
  readonly retryable: boolean
  /** The server's DETAIL, which quotes data (`Key (email)=(a@b.c) already exists.`): only if parameters may be shown. */
  readonly serverDetail?: string
  /** The parameters: only if they may be shown, which is in development. */
  readonly parameters?: readonly unknown[]

  constructor(
    message: ServerMessage,
    query?: QueryInfo,
    options: { statuses?: Readonly<Record<string, SqlStateEntry>> | undefined; showData?: boolean | undefined } = {},
  ) {
    const sqlstate = message.code ?? 'XX000'
    const entry = planIsStale(message)
      ? STALE_PLAN
      : describeSqlState(isOfPooler(message) ? '08006' : sqlstate, options.statuses)
    super(entry.status ?? 500, entry.code, { detail: entry.detail })
    this.sqlstate = sqlstate
    this.severity = message.severity
    this.constraint = message.constraint
    this.schema = message.schema
    this.table = message.table
    this.column = message.column
    this.dataType = message.dataType
    this.hint = message.hint
    this.where = message.where
    this.position = message.position === undefined ? undefined : Number(message.position)
    this.query = query?.text
    this.queryName = query?.name
    this.retryable = entry.retryable ?? false
    if (options.showData) {
      if (message.detail !== undefined) this.serverDetail = message.detail
      if (query?.values !== undefined) this.parameters = query.values
    }
    this.message = compose(this, message.message)
  }
}

function compose(error: DatabaseError, text: string): string {
  const name = error.queryName ? ` in query ${error.queryName}` : ''
  const lines = [`${text} (${error.code}, SQLSTATE ${error.sqlstate})${name}`]
  if (error.query !== undefined && error.position !== undefined) lines.push(sqlExcerpt(error.query, error.position))
  else if (error.query !== undefined) lines.push(`  ${oneLine(error.query)}`)
  if (error.serverDetail !== undefined) lines.push(`  detail: ${error.serverDetail}`)
  if (error.hint !== undefined) lines.push(`  hint: ${error.hint}`)
  if (error.where !== undefined) lines.push(`  where: ${error.where}`)
  return lines.join('\n')
}

/** Whether an error is one of the server's, optionally with this code: `isDatabaseError(e, 'unique_violation')`. */
export function isDatabaseError(error: unknown, ...codes: string[]): error is DatabaseError {
  return error instanceof DatabaseError && (codes.length === 0 || codes.includes(error.code))
}

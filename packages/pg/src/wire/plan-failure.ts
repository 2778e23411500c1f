import type { ServerMessage } from './server-message.ts'

/**
 * Why a failed statement is sent again. Outside of a transaction, a failed statement has changed nothing.
 *
 * - `canceled_by_mistake`: a cancel request names a connection, not a query, and it hit the next one.
 * - `plan_missing`: the server no longer has the prepared statement.
 * - `plan_changed`: the server refuses to run the plan because its result columns have changed.
 * - `plan_outdated`: the plan refers to a type, function, schema or table that was replaced since. The query itself may be
 * at fault instead; sending it without a prepared plan tells.
 * - `session_outdated`: so does something that the session remembers, such as a compiled PL/pgSQL function.
 */
export type RetryReason = 'canceled_by_mistake' | 'plan_missing' | 'plan_changed' | 'plan_outdated' | 'session_outdated'

/** What is known of a failed statement. */
export interface FailedStatement {
  failure: ServerMessage | undefined
  /** It used a plan that was prepared before. */
  reused: boolean
  /** Its caller no longer waits. */
  abandoned: boolean
  /** A cancel request for an earlier statement may still have been in progress. */
  mayBeStrayCancel: boolean
}

interface RetryRule {
  reason: RetryReason
  sqlstates: readonly string[]
  /** From the server's source code: it is the same in every language. */
  routine?: string
  /** Messages of internal errors, which the server does not translate. */
  message?: RegExp
  only?: (statement: FailedStatement) => boolean
}

const reused = (statement: FailedStatement): boolean => statement.reused
const LOST_OBJECT = /^(?:cache lookup failed for |could not find |could not open relation with OID )/

/** The first matching rule decides. */
const RULES: readonly RetryRule[] = [
  {
    reason: 'canceled_by_mistake',
    sqlstates: ['57014'],
    only: ({ abandoned, mayBeStrayCancel }) => mayBeStrayCancel && !abandoned,
  },
  { reason: 'plan_missing', sqlstates: ['26000'] },
  { reason: 'plan_changed', sqlstates: ['0A000'], routine: 'RevalidateCachedQuery' },
  // A type that the plan refers to by OID was dropped, as in the usual replacement of an enum.
  { reason: 'plan_outdated', sqlstates: ['XX000'], message: LOST_OBJECT, only: reused },
  { reason: 'session_outdated', sqlstates: ['XX000'], message: LOST_OBJECT },
  // Functions, schemas, tables, columns, roles and types by name: undefined_function, invalid_schema_name, …
  { reason: 'plan_outdated', sqlstates: ['42883', '3F000', '42P01', '42703', '42704'], only: reused },
  // A parameter keeps its type (`int` for what is now `bigint` or `text`), and the server does not correct that.
  { reason: 'plan_outdated', sqlstates: ['22003', '22007', '22008', '22P02', '42804'], only: reused },
]

/** Why this statement may be sent again; undefined if its failure is final. */
export function retryReason(statement: FailedStatement): RetryReason | undefined {
  const { failure } = statement
  return failure && RULES.find(rule => matches(rule, failure) && (rule.only?.(statement) ?? true))?.reason
}

/** Whether a message proves that the plan is outdated, whatever the query is. */
export function planIsStale(failure: ServerMessage): boolean {
  return RULES.some(rule => (rule.routine !== undefined || rule.message !== undefined) && matches(rule, failure))
}

/** Whether a session remembers objects that no longer exist: it must be replaced, because nothing makes it forget them. */
export function sessionIsStale({ code, message }: ServerMessage): boolean {
  return code === 'XX000' && LOST_OBJECT.test(message)
}

function matches({ sqlstates, routine, message }: RetryRule, failure: ServerMessage): boolean {
  if (!sqlstates.includes(failure.code ?? '')) return false
  if (routine !== undefined && failure.routine !== routine) return false
  return message === undefined || message.test(failure.message)
}

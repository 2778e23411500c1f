import { debuglog } from 'node:util'
import { ArlenError } from '@arlen/core'
import { type Settings, targetOf } from '../connection/options.ts'
import { pgError } from '../errors.ts'
import { type CallSite, callerOf, locate, markCaller } from '../query/call-site.ts'
import type { Query } from '../query/query.ts'
import { type QueryEvent, queryChannel, slowQueryChannel } from '../query/query-events.ts'
import { DatabaseError } from '../server-errors/database-error.ts'
import { oneLine } from '../sql/one-line.ts'
import { findSessionLeak, type SessionLeak } from '../sql/session-leak.ts'
import { ArrayTypes, type ParamType } from '../wire/array-types.ts'
import type { StatementConnection } from '../wire/connection.ts'
import { encodeAll, needsTypes } from '../wire/encode.ts'
import { type RetryReason, retryReason } from '../wire/plan-failure.ts'
import type { ServerMessage } from '../wire/server-message.ts'
import { Statement } from '../wire/statement.ts'
import { builtInElement, createParsers, type ParserTable } from '../wire/type-parsers.ts'

/** NODE_DEBUG=arlen:pg prints every query. */
const trace = debuglog('arlen:pg')

const KNOWN_TEXTS = 2_000
const LONGEST_PREPARED = 16_384
const FIRST_WORDS = /^(?:\s|--[^\n]*(?:\n|$)|\/\*(?:[^*]|\*(?!\/))*\*\/)*(\w+(?:\s+\w+)?)/
const CONTROL = /^(?:begin|start\s+transaction|commit|end|rollback|abort|savepoint|release|prepare\s+transaction)\b/i
const SESSION = /^(?:set(?!\s+(?:local|constraints|transaction)\b)|reset|discard|listen|unlisten)\b/i

interface TextInfo {
  uses: number
  /** It begins or ends a transaction, or changes the session, which would affect the next user of the connection. */
  refused: 'transaction_control' | 'session_setting' | undefined
  /** What it would leave behind on the session of the next user. */
  leak: SessionLeak | undefined
  /** Types of the parameters, fetched when they first mattered. */
  params?: readonly ParamType[]
}

/** What the pool and its transactions share: settings, knowledge about statements, error reporting. */
export class Runner {
  readonly settings: Settings
  readonly parsers: ParserTable
  readonly #target: string
  readonly #texts = new Map<string, TextInfo>()
  readonly #arrays = new ArrayTypes()

  constructor(settings: Settings) {
    this.settings = settings
    this.#target = targetOf(settings)
    this.parsers = createParsers(settings.types, this.#arrays)
  }

  /**
   * Creates the statement of a query. If an array or a large number is bound, `describe` is called first, once for each
   * text: only the server knows whether the parameter is an array or JSON, and a guess would store the wrong thing.
   */
  async build(query: Query, describe: (statement: Statement) => Promise<Statement>): Promise<Statement> {
    const info = this.#info(query.text)
    if (needsTypes(query.values) && !info.params) {
      const described = await describe(
        new Statement({ text: query.text, values: [], prepare: false, describeOnly: true }),
      )
      const oids = described.plan!.params!
      const ask = async (text: string) => (await describe(new Statement({ text, values: [], prepare: false }))).records
      await this.#arrays.learnParams(oids, ask)
      info.params = oids.map(oid => this.#arrays.paramOf(oid) ?? { base: oid, element: builtInElement(oid) })
    }
    return this.#statement(query, info)
  }

  /** The same, if the types are not needed. */
  buildNow(query: Query): Statement | undefined {
    const info = this.#info(query.text)
    return needsTypes(query.values) && !info.params ? undefined : this.#statement(query, info)
  }

  #statement(query: Query, info: TextInfo): Statement {
    if (info.refused) throw pgError(info.refused, { query: oneLine(query.text) })
    const leaks = leaksSession(info, query)
    if (leaks && !info.leak!.usedInTransaction) this.#refuseLeak(info.leak!, query)
    const prepare = query.options.prepare ?? this.settings.prepare
    return new Statement({
      text: query.text,
      values: encodeAll(query.values, info.params),
      leaksSession: leaks,
      // Statements that run once are not cached: generated SQL would evict everything else.
      prepare: prepare && ++info.uses > 1 && query.text.length <= LONGEST_PREPARED,
    })
  }

  /** Whether a query leaves state behind on its session, so that the connection must not be reused. */
  leaksSession(query: Query): boolean {
    return leaksSession(this.#info(query.text), query)
  }

  /** Refuses what only a transaction has a use for, since the next query may run on another connection. */
  refuseOutsideTransaction(query: Query): void {
    const { leak } = this.#info(query.text)
    if (leak?.usedInTransaction) this.#refuseLeak(leak, query)
  }

  /** In production, the connection is replaced instead if it is leased. */
  #refuseLeak({ what, instead }: SessionLeak, query: Query): void {
    const { debug, prepare } = this.settings
    if (debug || !prepare) throw pgError('session_leak', { what, instead, query: oneLine(query.text) })
  }

  #info(text: string): TextInfo {
    const known = this.#texts.get(text)
    if (known) return known
    const info: TextInfo = { uses: 0, refused: refusalOf(text), leak: findSessionLeak(text) }
    if (text.length > LONGEST_PREPARED) return info // such large texts are built for one use, and are not worth caching
    if (this.#texts.size >= KNOWN_TEXTS) this.#texts.delete(this.#texts.keys().next().value!)
    this.#texts.set(text, info)
    return info
  }

  /** Why a failed statement may be sent again; undefined if its failure is final. */
  retryReason({ failure, reused, abandoned, client, sentAt }: Statement): RetryReason | undefined {
    const mayBeStrayCancel = (client?.canceledUntil ?? 0) >= sentAt
    return retryReason({ failure, reused, abandoned, mayBeStrayCancel })
  }

  /** Forgets a prepared statement and what is known of its parameters. */
  forget({ text, plan, client }: Statement, reason: RetryReason): void {
    if (reason === 'canceled_by_mistake' || reason === 'session_outdated') return
    const info = this.#texts.get(text)
    if (info) delete info.params
    if (plan) client?.plans.discard(plan, reason !== 'plan_missing')
  }

  /** Decodes values that arrived as text because their type, one of the application's own, was unknown. */
  async decodeLate(statement: Statement, send: (statement: Statement) => Promise<Statement>): Promise<void> {
    const plan = statement.plan!
    const oids = plan.late!.map(({ typeId }) => typeId)
    await this.#arrays.learn(
      oids,
      async text => (await send(new Statement({ text, values: [], prepare: false }))).records,
    )
    plan.decodeLate(statement.records, this.parsers)
  }

  /** The error that the program gets for a failure; also publishes it. */
  fail(error: unknown, query: Query, statement: Statement | undefined, site: CallSite | undefined): unknown {
    const told = this.toError(error, query, statement?.client, site)
    if (statement) this.observe(query, statement, told, site)
    return told
  }

  toError(error: unknown, query: Query, client: StatementConnection | undefined, site: CallSite | undefined): unknown {
    const told = this.#translate(error, query, client)
    if (told instanceof Error && told !== error && site) markCaller(told, site)
    return locate(told, site)
  }

  /** Publishes a finished query. */
  observe(query: Query, statement: Statement, error: unknown, site: CallSite | undefined): void {
    const durationMs = (statement.doneAt || performance.now()) - statement.sentAt
    const { slowQueryMs } = this.settings
    const slow = slowQueryMs > 0 && durationMs >= slowQueryMs && slowQueryChannel.hasSubscribers
    if (trace.enabled) trace('%s ms  %s', durationMs.toFixed(1), oneLine(query.text))
    if (!slow && !queryChannel.hasSubscribers) return
    const event: QueryEvent = {
      text: query.text,
      name: query.options.name,
      durationMs,
      rowCount: statement.result.rowCount,
      error,
      caller: callerOf(site),
      target: this.#target,
    }
    queryChannel.publish(event)
    if (slow) slowQueryChannel.publish(event)
  }

  #translate(error: unknown, query: Query, client: StatementConnection | undefined): unknown {
    if (error instanceof ArlenError) return error
    const message = error as ServerMessage
    const { debug, sqlstates } = this.settings
    if (message.severity !== undefined && message.code !== undefined) {
      const info = { text: query.text, name: query.options.name, values: debug ? query.values : undefined }
      return new DatabaseError(message, info, { statuses: sqlstates, showData: debug })
    }
    if (client?.usable ?? true) return error // an error of the program: its own parser, the source of a COPY
    const cause = client?.lastError ?? error
    const reason = cause instanceof Error ? cause.message : String(cause)
    return pgError('connection_lost', {}, { internal: `${reason}. Query: ${query.text}`, cause })
  }
}

function leaksSession({ leak }: TextInfo, { values }: Query): boolean {
  return leak !== undefined && (leak.unlessTrue === undefined || values[leak.unlessTrue] !== true)
}

function refusalOf(text: string): TextInfo['refused'] {
  const words = FIRST_WORDS.exec(text)?.[1] ?? ''
  if (CONTROL.test(words)) return 'transaction_control'
  return SESSION.test(words) ? 'session_setting' : undefined
}

import pg from 'pg'
import type { PgClient, Wire } from './client.ts'
import type { ServerMessage } from './database-error.ts'
import type { Encoded } from './encode.ts'
import { Plan } from './plan.ts'
import { type Field, type Result, readTag } from './result.ts'

export interface StatementOptions {
  text: string
  values: readonly Encoded[]
  /** Keep it prepared on the connection. */
  prepare: boolean
  /** Parse and describe, but do not run. */
  describeOnly?: boolean
}

/**
 * One query on the wire: what pg calls a Query, without what we do not need of it. It is settled when the server is
 * ready for the next one (ReadyForQuery), so that the transaction status is then known, and not already by an error.
 */
export class Statement {
  readonly text: string
  readonly values: readonly Encoded[]
  readonly prepare: boolean
  readonly describeOnly: boolean
  readonly promise: Promise<Statement>
  /** Not `rows`: pg takes that name for a wish to page through a portal. */
  readonly records: unknown[] = []
  tag = ''
  client: PgClient | undefined
  plan: Plan | undefined
  /** When it went out, and when it was done (`performance.now()`). */
  sentAt = 0
  /** When it began to wait for a lane. */
  queuedAt = 0
  /** Called once it is settled either way, before the promise is. */
  onSettled: ((statement: Statement) => void) | undefined
  failure: ServerMessage | undefined
  settled = false
  #resolve!: (statement: Statement) => void
  #reject!: (error: unknown) => void
  /** What pg looks for on every query. */
  readonly callback: () => void = noop

  constructor({ text, values, prepare, describeOnly = false }: StatementOptions) {
    this.text = text
    this.values = values
    this.prepare = prepare
    this.describeOnly = describeOnly
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
  }

  get result(): Result<unknown> {
    return { rows: this.records, ...readTag(this.tag), fields: this.fields }
  }

  get fields(): readonly Field[] {
    return this.plan?.fields ?? []
  }

  /** Called by pg when it is this statement's turn to be written. */
  submit(wire: Wire): undefined {
    const client = this.client!
    wire.stream.cork()
    try {
      this.plan = (this.prepare && client.plans.get(this.text)) || this.#parse(wire, client)
      if (!this.describeOnly) {
        wire.bind({ statement: this.plan.name, values: this.values })
        wire.execute()
      }
      wire.sync()
    } finally {
      wire.stream.uncork()
    }
  }

  #parse(wire: Wire, client: PgClient): Plan {
    for (const name of client.plans.orphans.splice(0)) wire.close({ type: 'S', name })
    const plan = this.prepare ? client.plans.add(this.text) : new Plan(this.text, '')
    wire.parse({ text: this.text, name: plan.name })
    wire.describe({ type: 'S', name: plan.name })
    return plan
  }

  handleParameterDescription(types: readonly number[]): void {
    this.plan!.params = types
  }

  handleRowDescription(message: { fields: Parameters<Plan['setFields']>[0] }): void {
    this.plan!.setFields(message.fields, this.client!.parsers)
  }

  handleDataRow(message: { fields: (string | null)[] }): void {
    if (this.failure) return
    try {
      this.records.push(this.plan!.decode(message.fields))
    } catch (error) {
      this.failure = error as Error
    }
  }

  handleCommandComplete(message: { text: string }): void {
    this.tag = message.text
  }

  handleEmptyQuery(): void {}

  handlePortalSuspended(): void {}

  handleCopyInResponse(wire: Wire): void {
    // The Sync that was sent along is swallowed by copy mode, so that it takes another.
    wire.sendCopyFail('COPY … FROM STDIN needs copyFrom()')
    wire.sync()
  }

  handleCopyData(): void {}

  handleReadyForQuery(): void {
    if (this.failure) this.#fail(this.failure)
    else this.#settle(() => this.#resolve(this))
  }

  /** The connection is gone, or the statement could not be written. */
  handleError(error: Error): void {
    this.#fail(this.failure ?? error)
  }

  #fail(error: Error): void {
    if (this.plan && this.plan.params === undefined) this.client?.plans.discard(this.plan)
    this.#settle(() => this.#reject(error))
  }

  #settle(done: () => void): void {
    if (this.settled) return
    this.settled = true
    this.onSettled?.(this)
    done()
  }
}

function noop(): void {}

// A pipelined client of pg takes queries of its own class only, because others may keep a portal open. Ours does not;
// and calling pg's constructor would make a Result and an EventEmitter for each query that nobody uses.
Object.setPrototypeOf(Statement.prototype, pg.Query.prototype)

import pg from 'pg'
import { pgError } from '../errors.ts'
import { type Field, type Result, readTag } from '../query/result.ts'
import type { StatementConnection, Wire } from './connection.ts'
import type { Encoded } from './encode.ts'
import { Plan } from './plan.ts'
import type { ServerMessage } from './server-message.ts'

export interface StatementOptions {
  text: string
  values: readonly Encoded[]
  /** Keep it prepared on the connection. */
  prepare: boolean
  /** Parse and describe, but do not run. */
  describeOnly?: boolean
  /** It changes the session in a way that must not be visible to the next user. */
  leaksSession?: boolean
}

/**
 * One query on the wire: what pg calls a Query, reduced to what we need. It is settled when the server is ready for the
 * next one (ReadyForQuery) and not already by an error, so that the transaction status is known.
 */
export class Statement {
  readonly text: string
  readonly values: readonly Encoded[]
  readonly prepare: boolean
  readonly describeOnly: boolean
  leaksSession: boolean
  readonly promise: Promise<Statement>
  /** Not `rows`: pg interprets that name as a request to page through a portal. */
  readonly records: unknown[] = []
  tag = ''
  client: StatementConnection | undefined
  plan: Plan | undefined
  /** When it was sent or queued, and when it was settled (`performance.now()`). */
  sentAt = 0
  doneAt = 0
  /** Its plan existed before it. */
  reused = false
  /** Its caller no longer waits. */
  abandoned = false
  /** Called once it is settled either way, before its promise is. */
  onSettled: ((statement: Statement) => void) | undefined
  failure: ServerMessage | undefined
  settled = false
  /** The server has finished it, successfully or not, and is ready for the next. */
  answered = false
  #resolve!: (statement: Statement) => void
  #reject!: (error: unknown) => void
  /** The members that pg expects on every query. */
  readonly callback: () => void = noop

  constructor({ text, values, prepare, describeOnly = false, leaksSession = false }: StatementOptions) {
    this.text = text
    this.values = values
    this.prepare = prepare
    this.describeOnly = describeOnly
    this.leaksSession = leaksSession
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
  submit(): undefined {
    const client = this.client!
    this.write(client)
    client.writer.finish(client.inFlight === 0)
  }

  protected write(client: StatementConnection): void {
    const known = this.prepare ? client.plans.get(this.text) : undefined
    this.reused = known !== undefined
    this.plan = known ?? this.parse(client)
    if (this.describeOnly) client.writer.sync()
    else client.writer.bindExecuteSync(this.plan.name, this.values)
  }

  protected parse(client: StatementConnection): Plan {
    for (const name of client.plans.orphans.splice(0)) client.writer.close(name)
    const plan = this.prepare ? client.plans.add(this.text) : new Plan(this.text, '')
    client.writer.parse(plan.name, this.text)
    client.writer.describe(plan.name)
    return plan
  }

  handleParameterDescription(types: readonly number[]): void {
    this.plan!.params = types
  }

  handleRowDescription(message: { fields: Parameters<Plan['setFields']>[0] }): void {
    this.plan!.setFields(message.fields, this.client!.parsers)
  }

  /** A row that has arrived whole; see `interceptMessages`. */
  readRow(bytes: Buffer, start: number): void {
    if (this.failure) return
    try {
      this.records.push(this.plan!.decode(bytes, start))
    } catch (error) {
      this.failure = error as Error
    }
  }

  handleDataRow(message: { fields: (string | null)[] }): void {
    if (this.failure) return
    try {
      this.records.push(this.plan!.decodeTexts(message.fields))
    } catch (error) {
      this.failure = error as Error
    }
  }

  handleCommandComplete(message: { text: string }): void {
    this.tag = message.text
  }

  handleEmptyQuery(): void {}

  handlePortalSuspended(): void {}

  /** It is being canceled: for work that a cancel request does not reach. */
  interrupt(): void {}

  handleCopyInResponse(wire: Wire): void {
    // Copy mode has swallowed the Sync that was sent along, so it needs another.
    wire.sendCopyFail('COPY … FROM STDIN goes through copyFrom()')
    wire.sync()
  }

  readCopyData(_bytes: Buffer, _from: number, _to: number): void {
    this.failure ??= pgError('copy_direction', { text: this.text, expected: 'through copyTo()' })
  }

  handleCopyData({ chunk }: { chunk: Buffer }): void {
    this.readCopyData(chunk, 0, chunk.length)
  }

  handleReadyForQuery(): void {
    this.answered = true
    if (this.failure) this.#fail(this.failure)
    else if (this.#settle()) this.#resolve(this)
  }

  /** The connection is lost, or the statement could not be written. */
  handleError(error: Error): void {
    this.#fail(this.failure ?? error)
  }

  #fail(error: Error): void {
    // Without the types of its parameters, the server has not confirmed that it exists.
    if (this.plan && this.plan.params === undefined) this.client?.plans.discard(this.plan)
    if (this.#settle()) this.#reject(error)
  }

  #settle(): boolean {
    if (this.settled) return false
    this.settled = true
    this.doneAt = performance.now()
    this.onSettled?.(this)
    return true
  }
}

function noop(): void {}

// A pipelined client of pg accepts only queries of its own class, because others may keep a portal open. Ours does not; and
// calling pg's constructor would create an unused Result and EventEmitter for each query.
Object.setPrototypeOf(Statement.prototype, pg.Query.prototype)

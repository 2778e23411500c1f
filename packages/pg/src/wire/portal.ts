import type { Exclusive, Limits } from '../pool/exclusive.ts'
import type { Runner } from '../pool/runner.ts'
import type { Prepared } from '../queries.ts'
import { validateRows } from '../row-schema.ts'
import type { PgClient } from './client.ts'
import type { Encoded } from './encode.ts'
import { Statement } from './statement.ts'

/** Opens a portal: a query that is run, and whose rows are fetched in batches. It lives until its transaction ends. */
class OpenPortal extends Statement {
  readonly #portal: string

  constructor(text: string, values: readonly Encoded[], portal: string) {
    super({ text, values, prepare: false })
    this.#portal = portal
  }

  protected override write(client: PgClient): void {
    this.plan = this.parse(client)
    client.writer.bind(this.#portal, this.plan.name, this.values)
    client.writer.sync()
  }
}

class FetchRows extends Statement {
  /** Whether there may be more. */
  suspended = false
  readonly #portal: string
  readonly #batch: number

  constructor(opened: Statement, portal: string, batch: number) {
    super({ text: opened.text, values: [], prepare: false })
    this.plan = opened.plan
    this.#portal = portal
    this.#batch = batch
  }

  protected override write(client: PgClient): void {
    client.writer.execute(this.#portal, this.#batch)
    client.writer.sync()
  }

  override handlePortalSuspended(): void {
    this.suspended = true
  }
}

class ClosePortal extends Statement {
  readonly #portal: string

  constructor(text: string, portal: string) {
    super({ text, values: [], prepare: false })
    this.#portal = portal
  }

  protected override write(client: PgClient): void {
    client.writer.closePortal(this.#portal)
    client.writer.sync()
  }
}

let portals = 0

/**
 * The rows of a query, fetched in batches inside a transaction. One batch is fetched ahead of the one being read, so
 * that memory stays flat however many rows there are and however slow their reader is.
 */
export async function* streamRows(
  runner: Runner,
  exclusive: Exclusive,
  query: Prepared,
  batch: number,
  limits: Limits,
): AsyncGenerator<unknown> {
  const built = await runner.build(query, describe => exclusive.send(describe, limits))
  const portal = `arlen_${++portals}`
  const opened = await exclusive.send(new OpenPortal(query.text, built.values, portal), limits)
  const fetch = () => {
    const rows = new FetchRows(opened, portal, batch)
    const sent = exclusive.send(rows, limits).then(() => rows)
    sent.catch(() => undefined) // it is looked at once the batch before it has been read
    return sent
  }
  const { row } = query.options
  let next: Promise<FetchRows> | undefined = fetch()
  try {
    while (next) {
      const done: FetchRows = await next
      next = done.suspended ? fetch() : undefined
      if (opened.plan?.late) await runner.decodeLate(done, statement => exclusive.send(statement, limits))
      yield* row ? await validateRows(row, done.records) : done.records
    }
  } finally {
    const last = await next?.catch(() => undefined)
    if (last) await exclusive.send(new ClosePortal(query.text, portal)).catch(() => undefined) // it ends with its transaction
  }
}

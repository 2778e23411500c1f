import type { LeasedConnection, Limits } from '../pool/leased-connection.ts'
import type { Runner } from '../pool/runner.ts'
import { ClosePortal, FetchRows, OpenPortal } from '../wire/portal.ts'
import type { Query } from './query.ts'
import { validateRows } from './row-schema.ts'

let portals = 0

/**
 * The rows of a query in batches, fetched inside a transaction. One batch is fetched ahead of the one being read, so memory
 * stays constant however many rows there are and however slow their reader is.
 */
export async function* streamRows(
  runner: Runner,
  connection: LeasedConnection,
  query: Query,
  batch: number,
  limits: Limits,
): AsyncGenerator<readonly unknown[], void, undefined> {
  const built = await runner.build(query, describe => connection.send(describe, limits))
  const portal = `arlen_${++portals}`
  const open = new OpenPortal(query.text, built.values, portal)
  open.leaksSession = built.leaksSession
  const opened = await connection.send(open, limits)
  const fetch = () => {
    const rows = new FetchRows(opened, portal, batch)
    const sent = connection.send(rows, limits).then(() => rows)
    sent.catch(() => undefined) // handled once the previous batch has been read
    return sent
  }
  const { row } = query.options
  let next: Promise<FetchRows> | undefined = fetch()
  try {
    while (next) {
      const done: FetchRows = await next
      next = done.suspended ? fetch() : undefined
      if (opened.plan?.late) await runner.decodeLate(done, statement => connection.send(statement, limits))
      yield row ? await validateRows(row, done.records) : done.records
    }
  } finally {
    const last = await next?.catch(() => undefined)
    if (last) await connection.send(new ClosePortal(query.text, portal)).catch(() => undefined) // it ends with its transaction
  }
}

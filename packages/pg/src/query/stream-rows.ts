import type { LeasedConnection, Limits } from '../pool/leased-connection.ts'
import type { Runner } from '../pool/runner.ts'
import { ClosePortal, FetchRows, OpenPortal } from '../wire/portal.ts'
import { BatchSize } from './batch-size.ts'
import type { Query } from './query.ts'
import { validateRows } from './row-schema.ts'

let portals = 0

/** How many batches are on their way, so that the server works on one while another is read from the socket. */
const AHEAD = 2

/**
 * The rows of a query in batches, fetched inside a transaction. Two batches are fetched ahead of the one being read, so memory
 * stays constant however many rows there are and however slow their reader is.
 *
 * @param batch - rows in a batch; undefined leaves the number to their size
 */
export async function* streamRows(
  runner: Runner,
  connection: LeasedConnection,
  query: Query,
  batch: number | undefined,
  limits: Limits,
): AsyncGenerator<readonly unknown[], void, undefined> {
  const built = await runner.build(query, describe => connection.send(describe, limits))
  const portal = `arlen_${++portals}`
  const open = new OpenPortal(query.text, built.values, portal)
  open.leaksSession = built.leaksSession
  const opened = await connection.send(open, limits)
  const size = new BatchSize(batch, () => connection.client.wire.stream.bytesRead)
  const coming: Promise<FetchRows>[] = []
  const fetch = () => {
    const rows = new FetchRows(opened, portal, size.rows)
    const sent = connection.send(rows, limits).then(() => rows)
    sent.catch(() => undefined) // handled once the previous batch has been read
    coming.push(sent)
  }
  const { row } = query.options
  let ended = false
  fetch()
  try {
    while (!ended) {
      const done = await coming[0]!
      coming.shift()
      size.learn(done.records.length)
      // Only a query that has stopped half-way can be asked again; what is asked for behind its end gives no rows.
      ended = !done.suspended
      while (!ended && coming.length < AHEAD) fetch()
      if (opened.plan?.late) await runner.decodeLate(done, statement => connection.send(statement, limits))
      yield row ? await validateRows(row, done.records) : done.records
    }
  } finally {
    const left = await Promise.allSettled(coming)
    // An error has ended the transaction, and the portal with it. Otherwise the portal would keep its tables from being altered.
    const isOpen = left.every(({ status }) => status === 'fulfilled')
    if (isOpen) void connection.send(new ClosePortal(query.text, portal)).catch(() => undefined)
  }
}

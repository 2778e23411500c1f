import type { EventEmitter } from 'node:events'
import type pg from 'pg'
import { splitStatements } from '../sql/sql-scanner.ts'
import type { ServerMessage } from '../wire/server-message.ts'

/**
 * Runs the statements of a text. If the server reports no position, as for a unique violation, the error gets that of the
 * failed statement: the server confirms each statement when it is done.
 */
export async function runText(client: pg.Client, text: string): Promise<void> {
  const { connection } = client as unknown as { connection: EventEmitter }
  let done = 0
  const count = () => {
    done++
  }
  connection.on('commandComplete', count)
  try {
    await client.query(text)
  } catch (error) {
    const message = error as ServerMessage
    if (message.severity !== undefined) message.position ??= positionOf(text, splitStatements(text)[done]?.offset)
    throw error
  } finally {
    connection.removeListener('commandComplete', count)
  }
}

/** Like the server's positions: from 1, in characters. */
function positionOf(text: string, offset: number | undefined): string | undefined {
  return offset === undefined ? undefined : String(Array.from(text.slice(0, offset)).length + 1)
}

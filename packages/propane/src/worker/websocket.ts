import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { endGently } from './connections.ts'

/** How long a client may take to answer the close frame before its connection is ended. */
const ANSWER_MS = 3000

/** A close frame of a server, which is not masked, with status 1001 "going away" (RFC 6455, sections 5.5.1 and 7.4.1). */
const GOING_AWAY = Buffer.from([0x88, 0x02, 0x03, 0xe9])

/** Whether a request asks for a WebSocket (RFC 6455, section 4.2.1). */
export function isWebSocket({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === 'websocket'
}

/**
 * Tells a WebSocket client that this worker goes away, so that it connects again and reaches another one. Frames are written
 * whole, so a frame of ours never falls within one of the application's; a control frame may come between fragments
 * (RFC 6455, section 5.4). The client answers, and the application's own library then ends the connection.
 */
export function sayGoingAway(socket: Socket): void {
  if (!socket.writable) return
  socket.write(GOING_AWAY)
  setTimeout(() => endGently(socket), ANSWER_MS).unref()
}

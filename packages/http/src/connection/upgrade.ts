import type { Duplex } from 'node:stream'
import { Reply } from '../answer/reply.ts'

/**
 * Takes a connection over. What the client sent after its request is in `head`; from now on nobody else reads or writes
 * the socket, or closes it, but the server when it shuts down.
 */
export type UpgradeHandler = (socket: Duplex, head: Buffer) => void

/** The answer to a request for another protocol: none from us, the handler speaks. */
export class UpgradeReply extends Reply {
  readonly take: UpgradeHandler

  constructor(take: UpgradeHandler) {
    super(null, '', 426)
    this.take = take
  }
}

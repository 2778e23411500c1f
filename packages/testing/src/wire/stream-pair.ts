import { Duplex } from 'node:stream'

/**
 * Two streams that read what the other writes, like the two ends of a TCP connection on the loopback: writes
 * arrive in a later turn, a slow reader blocks the writer, `end()` is a FIN, and `destroy()` is a reset that the other end
 * receives as ECONNRESET.
 */
export function streamPair(): [client: PairedStream, server: PairedStream] {
  const client = new PairedStream()
  const server = new PairedStream()
  client.peer = server
  server.peer = client
  return [client, server]
}

class PairedStream extends Duplex {
  peer!: PairedStream
  /** The same as a socket on the loopback. */
  readonly remoteAddress = '127.0.0.1'
  #written: (() => void) | null = null

  constructor() {
    super({ allowHalfOpen: true, emitClose: true })
  }

  override _read(): void {
    const written = this.peer.#written
    if (written === null) return
    this.peer.#written = null
    written()
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: () => void): void {
    const { peer } = this
    if (peer.destroyed) return callback() // the reset is on its way
    process.nextTick(deliver, this, peer, chunk, callback)
  }

  override _final(callback: () => void): void {
    process.nextTick(endReading, this.peer)
    callback()
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    process.nextTick(reset, this.peer, this.writableFinished && this.readableEnded)
    const written = this.#written
    this.#written = null
    written?.()
    callback(error)
  }

  /** Waits for the reader before it accepts more. */
  hold(callback: () => void): void {
    this.#written = callback
  }

  setNoDelay(): this {
    return this
  }

  setKeepAlive(): this {
    return this
  }

  setTimeout(): this {
    return this
  }

  ref(): this {
    return this
  }

  unref(): this {
    return this
  }
}

function deliver(from: PairedStream, to: PairedStream, chunk: Buffer, callback: () => void): void {
  if (to.destroyed || to.readableEnded || to.push(chunk)) callback()
  else from.hold(callback)
}

function endReading(stream: PairedStream): void {
  if (!stream.destroyed) stream.push(null)
}

/** A connection that both ends have finished closes silently; any other is reset. */
function reset(stream: PairedStream, orderly: boolean): void {
  if (stream.destroyed) return
  if (orderly || (stream.writableFinished && stream.readableEnded)) stream.destroy()
  else stream.destroy(Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', syscall: 'read' }))
}

import { createServer, type Server, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { ListenOptions } from '@arlen/core'
import { observeClose, observeOpen } from '../observe.ts'
import type { Service } from '../service.ts'
import { Connection } from './connection.ts'
import { JOIN_UP_TO, join, type Transport } from './output.ts'
import { giveDataBack, readIntoShared } from './shared-buffer.ts'
import { isTracing, traceBytes } from './wire-trace.ts'

/** Room for a head and a body that leave together. A socket that sends them immediately needs no more. */
const JOINED_HEAD = 4096
const JOINED_SIZE = JOIN_UP_TO + JOINED_HEAD
let joined = Buffer.allocUnsafeSlow(JOINED_SIZE)

const DRIVER = Symbol('arlen.driver')

interface Driven extends Duplex {
  [DRIVER]?: SocketDriver
}

function connectionOf(socket: Driven): Connection {
  return socket[DRIVER]!.connection
}

/** The listeners of every socket: closures for each would be a seventh of what an idle connection keeps on the heap. */
const listeners: Readonly<Record<string, (this: Driven, chunk: Buffer) => void>> = {
  drain() {
    connectionOf(this).writable()
  },
  end() {
    connectionOf(this).eof()
  },
  finish() {
    connectionOf(this).flushed()
  },
}

/** For streams that cannot read into the shared buffer. */
function onData(this: Driven, chunk: Buffer): void {
  connectionOf(this).receive(chunk)
}

function onRead(this: Driven, length: number, buffer: Buffer): void {
  const { connection, remoteAddress } = this[DRIVER]!
  if (isTracing) traceBytes('<', remoteAddress, buffer.subarray(0, length))
  connection.receiveBorrowed(buffer, length)
}

function onClose(this: Driven): void {
  this[DRIVER]!.closed()
}

/** `close` always follows a reset and handles it. */
function onError(): void {}

/** The only file that knows sockets: it passes their events to connections, and the output of connections to them. */
export class SocketDriver implements Transport {
  readonly remoteAddress: string | undefined
  readonly encrypted: boolean
  readonly connection: Connection
  private readonly socket: Duplex
  private readonly onClose: (driver: SocketDriver) => void
  /** A socket of node:net itself, which retains nothing that it has sent. */
  private readonly isPlain: boolean

  constructor(engine: Service, socket: Duplex, onClosed: (driver: SocketDriver) => void) {
    this.socket = socket
    this.onClose = onClosed
    ;(socket as Driven)[DRIVER] = this
    // A client that has half-closed its side can still be answered.
    socket.allowHalfOpen = true
    this.remoteAddress = (socket as Socket).remoteAddress
    this.encrypted = (socket as { encrypted?: unknown }).encrypted === true
    this.connection = new Connection(engine, this)
    observeOpen(this)
    this.isPlain = readIntoShared(socket, onRead)
    if (!this.isPlain) socket.on('data', onData)
    for (const event in listeners) socket.on(event, listeners[event]!)
    socket.on('error', onError)
    socket.on('close', onClose)
  }

  /** The socket is gone. */
  closed(): void {
    this.connection.closed()
    observeClose(this)
    this.onClose(this)
  }

  write(data: string, encoding: 'latin1' | 'utf8'): boolean {
    if (isTracing) traceBytes('>', this.remoteAddress, data)
    return this.socket.writable ? this.socket.write(data, encoding) : true
  }

  writeBytes(data: Uint8Array): boolean {
    if (isTracing) traceBytes('>', this.remoteAddress, data)
    return this.socket.writable ? this.socket.write(data) : true
  }

  writeJoined(text: string, encoding: 'latin1' | 'utf8', bytes: Uint8Array): boolean {
    if (!this.isPlain || encoding !== 'latin1' || text.length > JOINED_HEAD)
      return this.writeBytes(join(text, encoding, bytes))
    const size = joined.write(text, encoding)
    joined.set(bytes, size)
    const ready = this.writeBytes(joined.subarray(0, size + bytes.length))
    // What could not be sent immediately is still referenced.
    if (this.socket.writableLength > 0) joined = Buffer.allocUnsafeSlow(JOINED_SIZE)
    return ready
  }

  cork(): void {
    this.socket.cork()
  }

  uncork(): void {
    this.socket.uncork()
  }

  end(): void {
    this.socket.end()
  }

  destroy(): void {
    this.socket.destroy()
  }

  reset(): void {
    reset(this.socket)
  }

  detach(): Duplex {
    const { socket } = this
    socket.pause()
    socket.off('data', onData)
    for (const event in listeners) socket.off(event, listeners[event]!)
    if (this.isPlain) giveDataBack(socket)
    // In the state that node:http hands it over: not flowing, but not paused explicitly, so that a `data` listener starts
    // it.
    Object.assign(socket, { readableFlowing: null })
    return socket
  }

  pause(): void {
    this.socket.pause()
  }

  resume(): void {
    this.socket.resume()
  }
}

/** Closes with RST if the stream supports it; pipes and TLS do not. */
function reset(socket: Duplex): void {
  try {
    if (socket instanceof Socket) socket.resetAndDestroy()
  } catch {
    // not a TCP socket
  }
  socket.destroy()
}

export function createListener(onConnection: (socket: Socket) => void): Server {
  return createServer({ allowHalfOpen: true, noDelay: true }, onConnection)
}

/** Writes one message to a connection that will not be served, and closes it. */
export function turnAway(socket: Duplex, answer: string): void {
  socket.on('error', () => undefined) // a rejected client may already be gone
  socket.resume()
  socket.end(answer, 'latin1')
  setTimeout(() => socket.destroy(), 1000).unref()
}

/** Resolves once the listener accepts connections; rejects with the system's error. */
export function listenOn(listener: Server, options: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    listener.once('error', reject)
    listener.listen(listenArguments(options), () => {
      listener.off('error', reject)
      resolve()
    })
  })
}

function listenArguments({ port = 3000, host = '127.0.0.1', path, fd }: ListenOptions): object {
  if (fd !== undefined) return { fd }
  if (path !== undefined) return { path }
  return { port, host }
}

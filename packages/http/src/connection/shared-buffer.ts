import type { Duplex } from 'node:stream'

/** One for the process: nothing in it is looked at after the call that brought it. */
const shared = Buffer.allocUnsafeSlow(64 * 1024)

interface Handle {
  useUserBuffer?: (buffer: Uint8Array) => void
}

interface Inside {
  _handle?: Handle | null
  [slot: symbol]: unknown
}

/** How node:net calls it: on the socket, with how much of the buffer was read. Both are valid during the call only. */
type Receive = (this: Duplex, length: number, buffer: Buffer) => void

/** Where a socket of node:net keeps its buffer and what it calls; the same in all of them. */
let slots: { readonly buffer: symbol; readonly callback: symbol } | undefined

/**
 * Makes a socket read into one buffer shared by all instead of a new one for every read, as the `onread` option of
 * `net.connect` does, which node:net does not offer for accepted sockets. It is a sixth of what a small request costs.
 *
 * @returns false where the stream is not a plain socket, or node:net is not as we know it: then nothing was changed
 */
export function readIntoShared(stream: Duplex, receive: Receive): boolean {
  const socket = stream as unknown as Inside
  const handle = socket._handle
  if (handle === null || handle === undefined || typeof handle.useUserBuffer !== 'function') return false
  if (!/^(TCP|Pipe)$/.test(handle.constructor.name)) return false
  if (stream.readableLength > 0 || stream.listenerCount('data') > 0) return false
  slots ??= slotsOf(socket)
  if (slots === undefined || !Object.hasOwn(socket, slots.buffer) || !Object.hasOwn(socket, slots.callback))
    return false
  socket[slots.buffer] = shared
  socket[slots.callback] = receive
  handle.useUserBuffer(shared)
  stream.resume()
  return true
}

function slotsOf(socket: Inside): typeof slots {
  const symbols = Object.getOwnPropertySymbols(socket)
  const buffer = symbols.find(symbol => symbol.description === 'kBuffer')
  const callback = symbols.find(symbol => symbol.description === 'kBufferCb')
  return buffer === undefined || callback === undefined ? undefined : { buffer, callback }
}

/** Gives a socket that reads into the shared buffer its `data` events back. */
export function giveDataBack(stream: Duplex): void {
  const socket = stream as unknown as Inside
  if (slots !== undefined) socket[slots.callback] = pushCopy
}

function pushCopy(this: Duplex, length: number, buffer: Buffer): boolean {
  return this.push(Buffer.from(buffer.subarray(0, length)))
}

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

/**
 * Makes a socket read into one buffer shared by all instead of a new one for every read, as the `onread` option of
 * `net.connect` does, which node:net does not offer for accepted sockets. It is a sixth of what a small request costs.
 *
 * @param receive - gets a buffer and how much of it was read; both are valid during the call only.
 * @returns what gives the socket its `data` events back, or null where the stream is not a plain socket, or node:net is not
 *   as we know it: then nothing was changed.
 */
export function readIntoShared(stream: Duplex, receive: (buffer: Buffer, length: number) => void): (() => void) | null {
  const socket = stream as unknown as Inside
  const handle = socket._handle
  if (handle === null || handle === undefined || typeof handle.useUserBuffer !== 'function') return null
  if (!/^(TCP|Pipe)$/.test(handle.constructor.name)) return null
  if (stream.readableLength > 0 || stream.listenerCount('data') > 0) return null
  const slots = Object.getOwnPropertySymbols(socket)
  const buffer = slots.find(slot => slot.description === 'kBuffer')
  const callback = slots.find(slot => slot.description === 'kBufferCb')
  if (buffer === undefined || callback === undefined) return null
  socket[buffer] = shared
  socket[callback] = (length: number) => {
    receive(shared, length)
    return true
  }
  handle.useUserBuffer(shared)
  stream.resume()
  return () => {
    socket[callback] = (length: number) => (stream as Duplex).push(Buffer.from(shared.subarray(0, length)))
  }
}

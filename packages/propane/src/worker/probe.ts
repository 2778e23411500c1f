import type { AddressInfo, Server, Socket } from 'node:net'
import { net } from '../system/builtins.ts'
import { http1Request } from './probe-http1.ts'
import type { ServerProtocol } from './server-protocol.ts'

/** The protocol of the probe: `auto` follows the application's server, `off` disables it. */
export type ProbeProtocol = 'auto' | 'off' | 'http' | 'https' | 'h2' | 'h2c'

export interface ProbeOptions {
  /** The protocol to use. */
  protocol: Exclude<ServerProtocol, 'tcp'>
  /** Empty: any complete response to `GET /` is accepted. */
  path: string
  timeoutMs: number
  /** Called when the application responds that it is not ready yet. */
  onWaits?: (for_: string) => void
}

/** Delays before an application that is not ready is asked again. */
const MIN_PAUSE_MS = 50
const MAX_PAUSE_MS = 1000

const NOT_READY = 503

/** The protocol for probing an application; undefined if there is nothing to ask. */
export function probeProtocol(wanted: ProbeProtocol, spoken: ServerProtocol): ProbeOptions['protocol'] | undefined {
  if (wanted === 'off') return undefined
  if (wanted !== 'auto') return wanted
  return spoken === 'tcp' ? undefined : spoken
}

/**
 * Sends the application one request over its own loopback connection, before any client can: an application that cannot
 * respond never accepts a connection. If it responds to a path with 503, it is asked again until it is ready.
 *
 * @throws Error that says what came instead.
 */
export async function probe(take: (socket: Socket) => void, options: ProbeOptions): Promise<void> {
  const { path, timeoutMs, onWaits } = options
  const what = `GET ${path || '/'}`
  const until = performance.now() + timeoutMs
  try {
    for (let pauseMs = MIN_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, MAX_PAUSE_MS)) {
      const status = await ask(take, options, Math.max(1, until - performance.now()))
      if (path === '' || (status >= 200 && status < 400)) return
      if (status !== NOT_READY || performance.now() + pauseMs > until) {
        throw new Error(`${what} was answered with ${status}`)
      }
      onWaits?.(`${what} was answered with ${NOT_READY}`)
      await new Promise(resolve => setTimeout(resolve, pauseMs))
    }
  } catch (cause) {
    throw new Error(`it did not pass the probe: ${(cause as Error).message}`, { cause })
  }
}

/** Resolves with the status of one answer. */
async function ask(
  take: (socket: Socket) => void,
  { protocol, path }: ProbeOptions,
  timeoutMs: number,
): Promise<number> {
  const [client, accepted, server] = await connectedPair()
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    const reason = `there was no complete answer within ${Math.round(timeoutMs)} ms`
    timer = setTimeout(() => reject(new Error(reason)), timeoutMs)
  })
  const request = path || '/'
  try {
    take(accepted)
    if (protocol === 'http') return await Promise.race([http1Request(client, request), late])
    // Loaded only if needed.
    const { secureRequest, http2Request } = await import('./probe-secure.ts')
    return await Promise.race([
      protocol === 'h2c' ? http2Request(client, request) : secureRequest(client, request, protocol),
      late,
    ])
  } finally {
    clearTimeout(timer)
    client.destroy()
    server.close()
  }
}

/** Both ends of one TCP connection within this process. Anyone else who connects to the port meanwhile is rejected. */
async function connectedPair(): Promise<[client: Socket, accepted: Socket, server: Server]> {
  const server = net.createServer({ allowHalfOpen: true, noDelay: true })
  const came: Socket[] = []
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const client = net.connect((server.address() as AddressInfo).port, '127.0.0.1')
  const accepted = await new Promise<Socket>((resolve, reject) => {
    const match = () => {
      const ours = came.find(socket => socket.remotePort === client.localPort)
      if (ours) resolve(ours)
    }
    server.on('connection', (socket: Socket) => {
      came.push(socket)
      match()
    })
    client.once('connect', match)
    client.once('error', reject)
  })
  for (const socket of came) if (socket !== accepted) socket.destroy()
  server.on('connection', (socket: Socket) => socket.destroy())
  return [client, accepted, server]
}

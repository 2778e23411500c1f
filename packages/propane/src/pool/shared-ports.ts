import { bindTcp, closeSocket, type ListeningSocket } from '../system/listening-socket.ts'

/** A port that a worker requests. */
export interface SharedPort {
  /** Empty: all addresses. */
  host: string
  port: number
  ipv6Only: boolean
}

interface Shared {
  socket: Promise<ListeningSocket>
  /** Set once it is bound. */
  bound?: ListeningSocket
  wanted: SharedPort
  /** Ids of the workers that have a copy. */
  holders: Set<number>
}

/**
 * The ports of the further servers that applications open. They belong to the primary, so that all workers can have them,
 * the next generation can start while the old one still serves, and no connection is refused when a worker is replaced.
 */
export class SharedPorts {
  readonly #shared = new Map<string, Shared>()
  readonly #publicPorts: ReadonlySet<number | undefined>

  constructor(publicSockets: readonly ListeningSocket[]) {
    this.#publicPorts = new Set(publicSockets.map(({ port }) => port))
  }

  /** Binds a port for a worker, or finds it bound for another one. Rejects with the system's error. */
  async open(worker: number, wanted: SharedPort): Promise<ListeningSocket> {
    if (this.#publicPorts.has(wanted.port)) throw Object.assign(new Error('EADDRINUSE'), { code: 'EADDRINUSE' })
    const key = keyOf(wanted)
    let shared = this.#shared.get(key)
    if (!shared) {
      shared = { socket: bindFor(wanted), wanted, holders: new Set() }
      this.#shared.set(key, shared)
    }
    shared.holders.add(worker)
    try {
      shared.bound = await shared.socket
      return shared.bound
    } catch (error) {
      this.#shared.delete(key)
      throw error
    }
  }

  /** Takes over a socket from an older primary. */
  adopt(wanted: SharedPort, socket: ListeningSocket): void {
    this.#shared.set(keyOf(wanted), { socket: Promise.resolve(socket), bound: socket, wanted, holders: new Set() })
  }

  /** What is bound, for a new primary. */
  bound(): { wanted: SharedPort; socket: ListeningSocket }[] {
    return [...this.#shared.values()].flatMap(({ bound, wanted }) => (bound ? [{ wanted, socket: bound }] : []))
  }

  /** A worker is gone. The port stays bound, since its replacement will want it. */
  forget(worker: number): void {
    for (const { holders } of this.#shared.values()) holders.delete(worker)
  }

  /** Closes ports that no worker has once all desired workers run: nobody would accept the connections in their queues. */
  closeUnused(): void {
    for (const [key, { bound, holders }] of this.#shared) {
      if (!bound || holders.size > 0) continue
      closeSocket(bound)
      this.#shared.delete(key)
    }
  }

  close(): void {
    for (const { bound } of this.#shared.values()) if (bound) closeSocket(bound)
    this.#shared.clear()
  }
}

function keyOf({ host, port, ipv6Only }: SharedPort): string {
  return `${host}|${port}|${ipv6Only}`
}

/** Without a host, all addresses of both families, or of IPv4 on a machine without IPv6, as Node.js does. */
async function bindFor({ host, port, ipv6Only }: SharedPort): Promise<ListeningSocket> {
  if (host !== '') return bindTcp(await addressOf(host), port, ipv6Only)
  try {
    return bindTcp('::', port, ipv6Only)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'EAFNOSUPPORT' && code !== 'EADDRNOTAVAIL' && code !== 'EINVAL') throw error
    return bindTcp('0.0.0.0', port)
  }
}

async function addressOf(host: string): Promise<string> {
  if (process.getBuiltinModule('node:net').isIP(host)) return host
  return (await process.getBuiltinModule('node:dns/promises').lookup(host)).address
}

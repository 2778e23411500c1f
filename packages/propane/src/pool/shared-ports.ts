import { fs } from '../system/builtins.ts'
import { bindLinkedPath, restoreLink } from '../system/linked-path.ts'
import { bindTcp, closeSocket, type ListeningSocket } from '../system/listening-socket.ts'

/** A port or unix socket that a worker requests. */
export interface SharedPort {
  /** Absolute path of a unix socket; empty for a port. */
  path: string
  /** Permissions that the file of the unix socket gets besides those of the umask. */
  mode: number
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

/** Who owns the file of a unix socket; undefined: who runs propane. */
export interface Owner {
  uid?: number | undefined
  gid?: number | undefined
}

/**
 * The ports and unix sockets of the further servers that applications open. They belong to the primary, so that all workers can have them,
 * the next generation can start while the old one still serves, and no connection is refused when a worker is replaced.
 */
export class SharedPorts {
  readonly #shared = new Map<string, Shared>()
  readonly #publicPorts: ReadonlySet<number | undefined>

  constructor(publicSockets: readonly ListeningSocket[]) {
    this.#publicPorts = new Set(publicSockets.map(({ port }) => port))
  }

  /** Binds a port for a worker, or finds it bound for another one. Rejects with the system's error. */
  async open(worker: number, wanted: SharedPort, owner: Owner = {}): Promise<ListeningSocket> {
    if (wanted.path === '' && this.#publicPorts.has(wanted.port))
      throw Object.assign(new Error('EADDRINUSE'), { code: 'EADDRINUSE' })
    const key = keyOf(wanted)
    let shared = this.#shared.get(key)
    if (!shared) {
      shared = { socket: bindFor(wanted, owner), wanted, holders: new Set() }
      this.#shared.set(key, shared)
    }
    shared.holders.add(worker)
    try {
      shared.bound = await shared.socket
      restoreLink(shared.bound)
      return shared.bound
    } catch (error) {
      this.#shared.delete(key)
      throw error
    }
  }

  /** Takes over a socket from an older primary. */
  adopt(wanted: SharedPort, socket: ListeningSocket): void {
    const isLinked = wanted.path !== '' && socket.path !== wanted.path
    const bound = isLinked ? { ...socket, address: wanted.path, link: wanted.path } : socket
    this.#shared.set(keyOf(wanted), { socket: Promise.resolve(bound), bound, wanted, holders: new Set() })
  }

  /** What is bound, for a new primary. */
  bound(): { wanted: SharedPort; socket: ListeningSocket }[] {
    return [...this.#shared.values()].flatMap(({ bound, wanted }) => (bound ? [{ wanted, socket: bound }] : []))
  }

  /** A worker is gone. The port stays bound, since its replacement will want it. */
  forget(worker: number): void {
    for (const { holders } of this.#shared.values()) holders.delete(worker)
  }

  /** Brings back the files of unix sockets that an application has removed while others serve them. */
  restore(): void {
    for (const { bound } of this.#shared.values()) if (bound) restoreLink(bound)
  }

  /** Closes ports that no worker has once all desired workers run: the connections in their queues would never be accepted. */
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

function keyOf({ path, host, port, ipv6Only }: SharedPort): string {
  return path === '' ? `${host}|${port}|${ipv6Only}` : path
}

/** Without a host, all addresses of both families, or of IPv4 on a machine without IPv6, as Node.js does. */
async function bindFor({ path, mode, host, port, ipv6Only }: SharedPort, owner: Owner): Promise<ListeningSocket> {
  if (path !== '') return bindFile(path, mode, owner)
  if (host !== '') return bindTcp(await addressOf(host), port, ipv6Only)
  try {
    return bindTcp('::', port, ipv6Only)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'EAFNOSUPPORT' && code !== 'EADDRNOTAVAIL' && code !== 'EINVAL') throw error
    return bindTcp('0.0.0.0', port)
  }
}

/** As a worker would have bound it: its user owns the file. */
async function bindFile(path: string, mode: number, { uid, gid }: Owner): Promise<ListeningSocket> {
  const socket = await bindLinkedPath(path)
  if (path.startsWith('\0')) return socket
  if (mode !== 0) fs.chmodSync(path, (fs.statSync(path).mode & 0o777) | mode)
  if (uid !== undefined || gid !== undefined) fs.chownSync(path, uid ?? -1, gid ?? -1)
  return socket
}

async function addressOf(host: string): Promise<string> {
  if (process.getBuiltinModule('node:net').isIP(host)) return host
  return (await process.getBuiltinModule('node:dns/promises').lookup(host)).address
}

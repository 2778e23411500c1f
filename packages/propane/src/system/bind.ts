import type { Accessories } from '../accessories.ts'
import { propaneError } from '../errors.ts'
import { fs, net } from './builtins.ts'
import { resolveIdentity } from './identities.ts'
import { adopt, bindPath, bindTcp, formatAddress, type ListeningSocket } from './listening-socket.ts'
import { portOwner } from './port-owner.ts'

/** Binds the socket that the accessories describe. Throws port_in_use, bind_not_permitted or bind_failed. */
export async function bind(accessories: Accessories): Promise<ListeningSocket[]> {
  const { host, port, socketPath } = accessories
  if (socketPath !== '') {
    await removeStale(socketPath)
    return [attempt(() => bindWithMode(accessories), socketPath)]
  }
  const address = net.isIP(host) ? host : await lookup(host, port)
  return [attempt(() => bindTcp(address, port), formatAddress(address, port), port)]
}

/** Binds the unix socket under a umask, so that its permissions are never wider than intended. */
function bindWithMode({ socketPath, socketMode, socketGroup, umask }: Accessories): ListeningSocket {
  const { gid } = resolveIdentity('', socketGroup)
  const wanted = socketMode === '' ? undefined : Number.parseInt(socketMode, 8)
  const mask = wanted === undefined ? (umask === '' ? undefined : Number.parseInt(umask, 8)) : 0o777 & ~wanted
  const before = mask === undefined ? undefined : process.umask(mask)
  try {
    const socket = bindPath(socketPath)
    if (gid !== undefined) fs.chownSync(socketPath, -1, gid)
    return socket
  } finally {
    if (before !== undefined) process.umask(before)
  }
}

/**
 * Takes over the descriptors of systemd's socket activation, or of an older primary, which also passes the paths of unix
 * sockets.
 */
export function adoptAll(fds: readonly number[], paths: readonly string[] = []): ListeningSocket[] {
  return fds.map((fd, index) => {
    try {
      return adopt(fd, paths[index])
    } catch (cause) {
      throw propaneError('systemd_sockets_missing', { count: fds.length, fd }, { cause })
    }
  })
}

/** The error for an address in use, with the process that uses it if known. */
export function inUse(address: string, port?: number): Error {
  const owner = port === undefined ? undefined : portOwner(port)
  return propaneError('port_in_use', { address, owner: owner ? ` by process ${owner.pid} (${owner.command})` : '' })
}

async function lookup(host: string, port: number): Promise<string> {
  try {
    return (await process.getBuiltinModule('node:dns/promises').lookup(host)).address
  } catch (cause) {
    throw propaneError('bind_failed', { address: `${host}:${port}`, reason: (cause as Error).message }, { cause })
  }
}

function attempt(make: () => ListeningSocket, address: string, port?: number): ListeningSocket {
  try {
    return make()
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'EADDRINUSE') throw inUse(address, port)
    if (code === 'EACCES' || code === 'EPERM') throw propaneError('bind_not_permitted', { address }, { cause })
    const reason = code === 'EADDRNOTAVAIL' ? 'this machine has no such address' : (code ?? String(cause))
    throw propaneError('bind_failed', { address, reason }, { cause })
  }
}

/** Removes a stale socket file left by a crash. Throws port_in_use if a process accepts connections on it. */
export async function removeStale(path: string): Promise<void> {
  if (!fs.statSync(path, { throwIfNoEntry: false })?.isSocket()) return
  if (await answers(path)) throw inUse(path)
  fs.unlinkSync(path)
}

/** Whether a process accepts connections on a unix socket. */
export function answers(path: string): Promise<boolean> {
  return new Promise(resolve => {
    const socket = net.connect(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

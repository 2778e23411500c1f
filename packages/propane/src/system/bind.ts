import type { Accessories } from '../accessories.ts'
import { propaneError } from '../errors.ts'
import { fs, net } from './builtins.ts'
import { adopt, bindPath, bindTcp, formatAddress, type ListeningSocket } from './listening-socket.ts'
import { portOwner } from './port-owner.ts'

/** Binds what the accessories say. Throws port_in_use, bind_not_permitted or bind_failed. */
export async function bind({ host, port, socketPath }: Accessories): Promise<ListeningSocket[]> {
  if (socketPath !== '') {
    await removeStale(socketPath)
    return [attempt(() => bindPath(socketPath), socketPath)]
  }
  const address = net.isIP(host) ? host : await lookup(host, port)
  return [attempt(() => bindTcp(address, port), formatAddress(address, port), port)]
}

/** Takes over the descriptors of systemd's socket activation or of an older primary. */
export function adoptAll(fds: readonly number[]): ListeningSocket[] {
  return fds.map(fd => {
    try {
      return adopt(fd)
    } catch (cause) {
      throw propaneError('systemd_sockets_missing', { count: fds.length, fd }, { cause })
    }
  })
}

/** The error for an address that is taken, with who has it where that can be known. */
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

/** Removes a socket file that nobody answers on: it was left by a crash. Throws port_in_use where somebody does. */
export async function removeStale(path: string): Promise<void> {
  if (!fs.statSync(path, { throwIfNoEntry: false })?.isSocket()) return
  if (await answers(path)) throw inUse(path)
  fs.unlinkSync(path)
}

/** Whether somebody accepts connections on a unix socket. */
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

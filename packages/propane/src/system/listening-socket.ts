import type { Server } from 'node:net'
import { propaneError } from '../errors.ts'
import { fs, net } from './builtins.ts'

/**
 * A socket that is bound but that this process does not accept from. Node has no documented way to hold one and send
 * it on: a listening `net.Server` accepts, and `net.BoundSocket` (Node 26.4) can be sent away only once.
 * `net._createServerHandle` is what node:cluster shares with its workers, and has been there since Node 0.10. It is
 * used in this file and nowhere else.
 *
 * The socket starts to listen when the first worker that is ready says so, and stays listening for as long as
 * the primary lives: connections queue in the kernel while no worker takes them. Workers get a copy of the descriptor
 * each (SCM_RIGHTS), so that one accepts directly, and one that is killed takes nothing along that it had not accepted.
 */
export interface ListeningSocket {
  readonly handle: ServerHandle
  readonly fd: number
  /** As a person writes it: `127.0.0.1:3000` or `/run/app.sock`. */
  readonly address: string
  readonly host?: string
  readonly port?: number
  readonly path?: string
  /** The file of the unix socket goes with it. Node.js sees to that itself where it has bound the socket. */
  readonly removePath?: true
}

export interface ServerHandle {
  readonly fd: number
  close(): void
  listen(backlog: number): number
  getsockname?(out: { address?: string; port?: number; family?: string }): number
}

type CreateServerHandle = (
  address: string | null,
  port: number | null,
  addressType: number | null,
  fd?: number,
  flags?: number,
) => ServerHandle | number

const create = (net as unknown as { _createServerHandle?: CreateServerHandle })._createServerHandle

/** Binds a TCP socket. Throws the error of the system (`code` EADDRINUSE, EACCES, …). */
export function bindTcp(host: string, port: number): ListeningSocket {
  const family = net.isIP(host)
  const handle = made(factory()(host, port, family === 6 ? 6 : 4))
  // libuv keeps an EADDRINUSE back until the socket is next used.
  const bound: { address?: string; port?: number } = {}
  const code = handle.getsockname?.(bound) ?? 0
  if (code < 0) {
    handle.close()
    throw systemError(code)
  }
  const number = bound.port ?? port
  return { handle, fd: handle.fd, host, port: number, address: formatAddress(host, number) }
}

/** Binds a unix socket. Throws the error of the system. */
export function bindPath(path: string): ListeningSocket {
  const handle = made(factory()(path, -1, -1))
  return { handle, fd: handle.fd, path, address: path }
}

/**
 * Takes over a descriptor that systemd or an older primary handed over. Throws where it is not a socket.
 *
 * @param path - of a unix socket that is this process's to remove
 */
export function adopt(fd: number, path: string = ''): ListeningSocket {
  const handle = made(factory()(null, null, null, fd))
  if (path !== '') return { handle, fd, path, address: path, removePath: true }
  const bound: { address?: string; port?: number } = {}
  const isTcp = handle.getsockname !== undefined && handle.getsockname(bound) === 0 && bound.address !== undefined
  if (!isTcp) return { handle, fd, address: `fd ${fd}` }
  const [host, port] = [bound.address!, bound.port!]
  return { handle, fd, host, port, address: formatAddress(host, port) }
}

/** Closes a listening socket, and removes its file where it has one. */
export function closeSocket({ handle, path, removePath }: ListeningSocket): void {
  handle.close()
  if (removePath) fs.rmSync(path!, { force: true })
}

export function formatAddress(host: string, port: number): string {
  return net.isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`
}

function factory(): CreateServerHandle {
  if (create) return create
  throw propaneError('socket_unsupported', { version: process.version })
}

function made(result: ServerHandle | number): ServerHandle {
  if (typeof result === 'number') throw systemError(result)
  return result
}

function systemError(code: number): NodeJS.ErrnoException {
  const { getSystemErrorName } = process.getBuiltinModule('node:util')
  const name = getSystemErrorName(code)
  return Object.assign(new Error(name), { code: name, errno: code })
}

/** Accepts from a handle that came over IPC. A server may do so again after `close()`, with another handle. */
export function listenOn(server: Server, handle: ServerHandle, backlog: number): void {
  const internals = server as unknown as {
    _handle: ServerHandle
    _listen2(address: null, port: number, addressType: number, backlog: number): void
  }
  internals._handle = handle
  internals._listen2(null, -1, -1, backlog)
}

/** Lets the kernel queue one connection more than `backlog` from now on, for all who share the socket. */
export function setQueueLength(server: Server, backlog: number): void {
  ;(server as unknown as { _handle: ServerHandle | null })._handle?.listen(backlog)
}

/**
 * Tries to take the one place in the queue of a TCP socket with a connection of our own, to ourselves. True when it has
 * it: then the queue was empty, and has no room for anybody else. Over loopback the handshake is done when connect(2)
 * returns, which `net.connect` calls in the next tick: nothing is accepted between that and what the caller does after
 * awaiting this. A unix socket needs none of it: its path is gone by then.
 */
export function occupyQueue(server: Server): Promise<boolean> {
  const address = server.address()
  if (address === null || typeof address === 'string') return Promise.resolve(true)
  const host = address.address === '::' ? '::1' : address.address === '0.0.0.0' ? '127.0.0.1' : address.address
  const socket = net.connect(address.port, host)
  socket.on('error', () => undefined) // it is reset when the server closes: that is its purpose
  const { _handle: handle } = socket as unknown as { _handle: { getpeername(out: object): number } | null }
  return new Promise(resolve => {
    process.nextTick(() => {
      const isIn = handle?.getpeername({}) === 0
      if (!isIn) socket.destroy()
      resolve(isIn)
    })
  })
}

import type { Server } from 'node:net'
import { propaneError } from '../errors.ts'
import { fs, net } from './builtins.ts'

/**
 * A socket that is bound, but that this process does not accept from. Node.js has no documented way to hold one and send it
 * to others: a listening `net.Server` accepts, and `net.BoundSocket` (Node.js 26.4) can be sent only once.
 * `net._createServerHandle`, which node:cluster uses, has existed since Node.js 0.10. Only this file uses it.
 *
 * The socket starts to listen when the first worker is ready, and keeps listening as long as the primary lives: connections
 * queue in the kernel while no worker accepts them. Each worker gets a copy of the descriptor (SCM_RIGHTS), so that it
 * accepts directly, and a killed worker loses only the connections it had accepted.
 */
export interface ListeningSocket {
  readonly handle: ServerHandle
  readonly fd: number
  /** In readable form: `127.0.0.1:3000` or `/run/app.sock`. */
  readonly address: string
  readonly host?: string
  readonly port?: number
  readonly path?: string
  /** A second file of the unix socket, a hard link to the first. */
  readonly link?: string
  /** Whether to remove the file of the unix socket. Node.js does so itself if it has bound the socket. */
  readonly removePath?: true
  /** systemd holds it too, and its unit defines the length of the queue (0 if unknown). */
  readonly activated?: { readonly backlog: number }
}

export interface ServerHandle {
  readonly fd: number
  close(): void
  listen(backlog: number): number
  getsockname?(out: { address?: string; port?: number; family?: string }): number
}

const UV_TCP_IPV6ONLY = 1

type CreateServerHandle = (
  address: string | null,
  port: number | null,
  addressType: number | null,
  fd?: number,
  flags?: number,
) => ServerHandle | number

const create = (net as unknown as { _createServerHandle?: CreateServerHandle })._createServerHandle

/** Binds a TCP socket. Throws the system's error (`code` EADDRINUSE, EACCES, …). */
export function bindTcp(host: string, port: number, ipv6Only = false): ListeningSocket {
  const family = net.isIP(host)
  const handle = made(factory()(host, port, family === 6 ? 6 : 4, undefined, ipv6Only ? UV_TCP_IPV6ONLY : 0))
  // libuv reports EADDRINUSE only when the socket is next used.
  const bound: { address?: string; port?: number } = {}
  const code = handle.getsockname?.(bound) ?? 0
  if (code < 0) {
    handle.close()
    throw systemError(code)
  }
  const number = bound.port ?? port
  return { handle, fd: handle.fd, host, port: number, address: formatAddress(host, number) }
}

/** Binds a unix socket. Throws the system's error. */
export function bindPath(path: string): ListeningSocket {
  const handle = made(factory()(path, -1, -1))
  return { handle, fd: handle.fd, path, address: path }
}

/**
 * Takes over a descriptor passed by systemd or an older primary. Throws if it is not a socket.
 *
 * @param path - path of a unix socket that this process must remove
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

/** The length of its queue: the unit's setting, if systemd has opened it. */
export function backlogOf({ activated }: ListeningSocket, otherwise: number): number {
  return activated?.backlog || otherwise
}

/**
 * Whether another process keeps it open when this one stops. Its queue then keeps its length and the connections in it for
 * the next process that accepts; a connection of ours in it would only make systemd start the service again.
 */
export function isKept({ activated }: ListeningSocket): boolean {
  return activated !== undefined
}

/** Closes a listening socket and removes its file, if any. */
export function closeSocket({ handle, path, link, removePath }: ListeningSocket): void {
  if (link !== undefined && isSameFile(path!, link)) fs.rmSync(link, { force: true })
  handle.close()
  if (removePath) fs.rmSync(path!, { force: true })
}

function isSameFile(a: string, b: string): boolean {
  const [first, second] = [a, b].map(file => fs.statSync(file, { throwIfNoEntry: false }))
  return first !== undefined && first.ino === second?.ino && first.dev === second.dev
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

/** Accepts from a handle received over IPC. After `close()`, a server may accept again from another handle. */
export function listenOn(server: Server, handle: ServerHandle, backlog: number): void {
  const internals = server as unknown as {
    _handle: ServerHandle
    _listen2(address: null, port: number, addressType: number, backlog: number): void
  }
  internals._handle = handle
  internals._listen2(null, -1, -1, backlog)
}

/** From now on, the kernel queues one connection more than `backlog`, for all who share the socket. */
export function setQueueLength(server: Server, backlog: number): void {
  ;(server as unknown as { _handle: ServerHandle | null })._handle?.listen(backlog)
}

/**
 * Tries to take the only place in the queue of a TCP socket with our own connection. True if it succeeds: then the queue was
 * empty and has no room for others. Over loopback the handshake is complete when connect(2) returns, which `net.connect`
 * calls in the next tick, so nothing is accepted between that and what the caller does after awaiting this. A unix socket
 * does not need this, because its path is already gone.
 */
export function occupyQueue(server: Server): Promise<boolean> {
  const address = server.address()
  if (address === null || typeof address === 'string') return Promise.resolve(true)
  const host = address.address === '::' ? '::1' : address.address === '0.0.0.0' ? '127.0.0.1' : address.address
  const socket = net.connect(address.port, host)
  socket.on('error', () => undefined) // it is reset when the server closes, as intended
  const { _handle: handle } = socket as unknown as { _handle: { getpeername(out: object): number } | null }
  return new Promise(resolve => {
    process.nextTick(() => {
      const isIn = handle?.getpeername({}) === 0
      if (!isIn) socket.destroy()
      resolve(isIn)
    })
  })
}

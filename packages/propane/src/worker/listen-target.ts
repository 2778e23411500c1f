import { resolve } from 'node:path'

/** The target of a call to `server.listen`. */
export type ListenTarget =
  | { kind: 'tcp'; port: number; host: string | undefined }
  | { kind: 'path'; path: string }
  | { kind: 'descriptor'; fd: number }
  /** A handle or another server, or arguments that Node.js refuses. */
  | { kind: 'other' }

/**
 * Reads the arguments of `server.listen` as Node.js does, with the precedence handle, descriptor, port, path. A member that
 * is undefined does not count, except `port`, which is then 0.
 */
export function listenTarget(args: readonly unknown[]): ListenTarget {
  const [first, second] = args
  if (first === undefined || first === null || typeof first === 'function') return tcp(0, second)
  if (typeof first !== 'object') return isPath(first) ? { kind: 'path', path: first as string } : tcp(first, second)
  const { _handle, handle, fd, port, host, path } = first as Readonly<Record<string, unknown>>
  if (_handle || handle) return { kind: 'other' }
  if (typeof fd === 'number' && fd >= 0) return { kind: 'descriptor', fd }
  if (typeof port === 'number' || typeof port === 'string') return tcp(port, host)
  if (port === null || (port === undefined && 'port' in first)) return tcp(0, host)
  return path && isPath(path) ? { kind: 'path', path: path as string } : { kind: 'other' }
}

function tcp(port: unknown, host: unknown): ListenTarget {
  if (typeof port !== 'number' && typeof port !== 'string') return { kind: 'other' }
  const number = typeof port === 'string' && port.trim() === '' ? Number.NaN : Number(port)
  if (!Number.isInteger(number) || number < 0 || number > 65_535) return { kind: 'other' }
  return { kind: 'tcp', port: number, host: typeof host === 'string' ? host : undefined }
}

/** A text that is not a number is a path. */
function isPath(value: unknown): boolean {
  return typeof value === 'string' && !(Number(value) >= 0)
}

/** Formats it for messages: `127.0.0.1:9464`, `/run/app.sock`, `descriptor 5`. */
export function nameOf(target: ListenTarget): string {
  if (target.kind === 'tcp') return `${target.host ?? '*'}:${target.port}`
  if (target.kind === 'path') return target.path
  return target.kind === 'descriptor' ? `descriptor ${target.fd}` : 'a handle'
}

/** Whether only this machine can connect to it. */
export function isLoopback(target: ListenTarget): boolean {
  return target.kind === 'tcp' && /^(?:localhost|127\..*|::1)$/.test(target.host ?? '')
}

/** A port or a unix socket that workers share. */
export interface SharedTarget {
  /** Absolute path of a unix socket; empty for a port. */
  path: string
  /** Permissions that its file gets besides those of the umask: `readableAll` and `writableAll` of `listen`. */
  mode: number
  port: number
  /** Empty: all addresses. */
  host: string
  ipv6Only: boolean
  backlog: number
}

const DEFAULT_BACKLOG = 511

/**
 * What a call to `server.listen` asks for, as a port or unix socket that workers can share. Undefined if each worker gets a port of
 * its own (port 0), or binds it itself (`exclusive` and `reusePort`, as with node:cluster).
 */
export function sharedTarget(args: readonly unknown[]): SharedTarget | undefined {
  const target = listenTarget(args)
  if ((target.kind !== 'tcp' || target.port === 0) && target.kind !== 'path') return undefined
  const [first] = args
  const options = typeof first === 'object' && first !== null ? (first as Readonly<Record<string, unknown>>) : {}
  if (options.exclusive === true || options.reusePort === true) return undefined
  const given = options === first ? options.backlog : args.slice(1).find(arg => typeof arg === 'number')
  const backlog = Number(given)
  const isFile = target.kind === 'path'
  return {
    path: isFile ? absolute(target.path) : '',
    mode: isFile ? (options.readableAll === true ? 0o444 : 0) | (options.writableAll === true ? 0o222 : 0) : 0,
    port: isFile ? 0 : target.port,
    host: isFile ? '' : (target.host ?? ''),
    ipv6Only: options.ipv6Only === true,
    backlog: Number.isInteger(backlog) && backlog > 0 ? backlog : DEFAULT_BACKLOG,
  }
}

/** The primary may be in another folder. A name that begins with a zero byte is not a file name. */
function absolute(path: string): string {
  return path.startsWith('\0') ? path : resolve(path)
}

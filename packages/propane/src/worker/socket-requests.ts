import type { FromWorker, ToWorker } from '../protocol.ts'
import type { ServerHandle } from '../system/listening-socket.ts'
import type { SharedTarget } from './listen-target.ts'

type Waiting = ReturnType<typeof Promise.withResolvers<ServerHandle>> & { target: SharedTarget }

/** Asks the primary for sockets, and matches its answers to the questions. */
export class SocketRequests {
  readonly #say: (message: FromWorker) => void
  readonly #waiting = new Map<number, Waiting>()
  #last = 0

  constructor(say: (message: FromWorker) => void) {
    this.#say = say
  }

  /** Rejects with the system's error, such as EADDRINUSE, as `server.listen` would report it. */
  ask(target: SharedTarget): Promise<ServerHandle> {
    const request = ++this.#last
    const waiting = { ...Promise.withResolvers<ServerHandle>(), target }
    this.#waiting.set(request, waiting)
    const { path, mode, host, port, ipv6Only } = target
    this.#say({ type: 'share', request, path, mode, host, port, ipv6Only })
    return waiting.promise
  }

  answered({ request, code }: ToWorker & { type: 'shared' }, handle: ServerHandle | undefined): void {
    const waiting = this.#waiting.get(request)
    this.#waiting.delete(request)
    if (!waiting) handle?.close()
    else if (handle) waiting.resolve(handle)
    else waiting.reject(listenError(code, waiting.target))
  }
}

function listenError(code: string, { path, host, port }: SharedTarget): NodeJS.ErrnoException {
  if (path !== '')
    return Object.assign(new Error(`listen ${code}: ${path}`), { code, syscall: 'listen', address: path })
  const address = host || '::'
  const error = new Error(`listen ${code}: ${address}:${port}`)
  return Object.assign(error, { code, syscall: 'listen', address, port })
}

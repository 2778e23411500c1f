import type { Server } from 'node:net'
import { net } from '../system/builtins.ts'

type Listen = (this: Server, ...args: unknown[]) => Server

interface Captured {
  server: Server
  args: unknown[]
}

/**
 * Many applications end in `server.listen(port)`. While a worker boots one, a call of `listen` on a TCP port binds
 * nothing: the server is told that it listens, and propane gives it the connections of its own socket. This changes a
 * prototype of node:net, in a process that is propane's own, until the application has booted.
 */
export class ListenCapture {
  readonly captured: Captured[] = []
  /** Paths and descriptors that servers listen on: those are not captured, and only one worker can have them. */
  readonly elsewhere: string[] = []
  onElsewhere: () => void = () => undefined
  #original: Listen | undefined
  #onCapture: (server: Server) => void = () => undefined

  install(): void {
    const original: Listen = net.Server.prototype.listen as Listen
    const { captured } = this
    const pass = (place: string) => {
      this.elsewhere.push(place)
      this.onElsewhere()
    }
    const tell = (server: Server) => this.#onCapture(server)
    this.#original = original
    net.Server.prototype.listen = function listen(this: Server, ...args: unknown[]): Server {
      if (!isTcp(args)) {
        pass(placeOf(args))
        return original.apply(this, args)
      }
      captured.push({ server: this, args })
      const callback = args.findLast(arg => typeof arg === 'function')
      if (callback) this.once('listening', callback as () => void)
      pretend(this, args)
      process.nextTick(() => {
        this.emit('listening')
        tell(this)
      })
      return this
    } as typeof net.Server.prototype.listen
  }

  /** The first server that listens, now or later. */
  first(): Promise<Server> {
    const already = this.captured[0]
    if (already) return Promise.resolve(already.server)
    return new Promise(resolve => {
      this.#onCapture = resolve
    })
  }

  /** Ends the capture. Servers that turned out not to be the application's own listen for real now. */
  release(application: Server | undefined): void {
    if (this.#original) net.Server.prototype.listen = this.#original as typeof net.Server.prototype.listen
    const port = this.captured.find(entry => entry.server === application)?.args
    for (const { server, args } of this.captured) {
      // Frameworks bind `localhost` twice, once for each family: the twin of the application's server stays captured.
      if (server === application || (port && portOf(args) === portOf(port))) continue
      for (const name of ['address', 'listening'] as const) Reflect.deleteProperty(server, name)
      server.listen(...(args.filter(arg => typeof arg !== 'function') as []))
    }
  }
}

/** Whether these arguments of `listen` ask for a TCP port: not for a path, a descriptor or a handle. */
function isTcp(args: readonly unknown[]): boolean {
  const [first] = args
  if (first === undefined || typeof first === 'function' || first === null) return true
  if (typeof first === 'object') return 'port' in first && !('fd' in first) && !('path' in first)
  return typeof first === 'number' || /^\d+$/.test(String(first))
}

function placeOf([first]: readonly unknown[]): string {
  if (typeof first !== 'object' || first === null) return String(first)
  const { path, fd } = first as { path?: unknown; fd?: unknown }
  return path === undefined ? `descriptor ${fd}` : String(path)
}

function portOf(args: readonly unknown[]): number {
  const [first] = args
  return Number(typeof first === 'object' && first !== null ? (first as { port?: unknown }).port : first)
}

/** Makes `listening` and `address()` say what the application expects of a server that listens. */
function pretend(server: Server, args: readonly unknown[]): void {
  const address = { address: '127.0.0.1', family: 'IPv4', port: portOf(args) || 0 }
  Object.defineProperty(server, 'listening', { value: true, configurable: true })
  Object.defineProperty(server, 'address', { value: () => address, configurable: true })
}

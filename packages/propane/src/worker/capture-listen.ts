import type { Server } from 'node:net'
import { net } from '../system/builtins.ts'
import {
  isLoopback,
  type ListenTarget,
  listenTarget,
  nameOf,
  type SharedTarget,
  sharedTarget,
} from './listen-target.ts'

type Listen = (this: Server, ...args: unknown[]) => Server

interface Captured {
  server: Server
  args: unknown[]
  target: ListenTarget & { kind: 'tcp' | 'path' }
}

type CapturedPort = Captured & { target: { kind: 'tcp' } }

function isOnPort(captured: Captured): captured is CapturedPort {
  return captured.target.kind === 'tcp'
}

/** How long to wait for further servers after one that is not on the expected port. */
const QUIET_MS = 50
/** The same after one that only this machine can reach, which is probably not the application. */
const LOOPBACK_QUIET_MS = 1000

/** Opens a server on a port that all workers share. */
type OpenShared = (server: Server, target: SharedTarget) => void

/**
 * Many applications end with `server.listen(port)`. While a worker boots one, a call to `listen` on a TCP port or a path binds nothing:
 * the server believes that it listens, and propane passes it the connections of its own socket. This patches a prototype of
 * node:net, in a process that belongs to propane, until the application has booted.
 */
export class ListenCapture {
  readonly captured: Captured[] = []
  /** Paths and descriptors that servers listen on: no application is looked for there. */
  readonly elsewhere: string[] = []
  onElsewhere: () => void = () => undefined
  #original: Listen | undefined
  #onCapture: () => void = () => undefined

  /** @param port - the port the application is expected to listen on; 0 if it is not known */
  install(port = 0): void {
    const original: Listen = net.Server.prototype.listen as Listen
    const pass = (place: string) => {
      this.elsewhere.push(place)
      this.onElsewhere()
    }
    const capture = (captured: Captured) => {
      this.captured.push(captured)
      this.#onCapture()
    }
    this.#original = original
    net.Server.prototype.listen = function listen(this: Server, ...args: unknown[]): Server {
      const target = listenTarget(args)
      if (target.kind === 'descriptor' || target.kind === 'other') {
        pass(nameOf(target))
        return original.apply(this, args)
      }
      // A server on any port of the loopback address is for this process alone, which wants to know the port.
      const isOwn = target.kind === 'tcp' && target.port === 0 && isLoopback(target)
      if (port !== 0 && isOwn) return original.apply(this, args)
      const callback = args.findLast(arg => typeof arg === 'function')
      if (callback) this.once('listening', callback as () => void)
      pretend(this, target)
      process.nextTick(() => {
        this.emit('listening')
        capture({ server: this, args, target })
        if (target.kind === 'path') pass(target.path)
      })
      return this
    } as typeof net.Server.prototype.listen
  }

  /**
   * Finds the application among the servers that listen, now or later: the one on the expected port, else the only one, where
   * servers that other machines can reach take precedence.
   *
   * @param port - the expected port; 0 for any
   * @throws Error that lists the servers if several qualify
   */
  async application(port: number): Promise<Server> {
    for (;;) {
      const onPorts = this.captured.filter(isOnPort)
      const expected = onPorts.find(({ target }) => port !== 0 && target.port === port)
      if (expected) return expected.server
      const only = onPorts.every(({ target }) => isLoopback(target))
      const more = new Promise<true>(resolve => {
        this.#onCapture = () => resolve(true)
      })
      if (onPorts.length === 0) await more
      else if (!(await Promise.race([more, quiet(only ? LOOPBACK_QUIET_MS : QUIET_MS)])))
        return this.#choose(port, onPorts)
    }
  }

  #choose(port: number, onPorts: readonly CapturedPort[]): Server {
    const open = onPorts.filter(({ target }) => !isLoopback(target))
    const candidates = open.length > 0 ? open : onPorts
    // Frameworks bind `localhost` twice to one port, once per address family.
    const ports = new Set(candidates.map(({ target }) => target.port))
    if (ports.size === 1) return candidates[0]!.server
    const names = candidates.map(({ target }) => nameOf(target)).join(' and ')
    const hint = `let the application listen on process.env.PORT${port === 0 ? '' : ` (${port})`}`
    throw new Error(`it listens on ${names}, and nothing says which is the application: ${hint}`)
  }

  /**
   * Ends the capture. Servers other than the application's now listen for real, and so do those that come later: on ports that
   * all workers share where `openShared` is given, otherwise on their own.
   */
  release(application: Server | undefined, openShared?: OpenShared): void {
    if (this.#original) net.Server.prototype.listen = this.#original as typeof net.Server.prototype.listen
    if (openShared) shareFurther(openShared)
    const own = this.captured.filter(isOnPort).find(entry => entry.server === application)?.target
    for (const { server, args, target } of this.captured) {
      // The application's server for the other address family stays captured.
      if (server === application || (own && target.kind === 'tcp' && target.port === own.port)) continue
      for (const name of ['address', 'listening'] as const) Reflect.deleteProperty(server, name)
      server.listen(...(args.filter(arg => typeof arg !== 'function') as []))
    }
  }
}

/** Makes calls to `listen` use shared ports from now on, where they can be shared. */
function shareFurther(openShared: OpenShared): void {
  const original: Listen = net.Server.prototype.listen as Listen
  net.Server.prototype.listen = function listen(this: Server, ...args: unknown[]): Server {
    const target = sharedTarget(args)
    if (!target) return original.apply(this, args)
    const callback = args.findLast(arg => typeof arg === 'function')
    if (callback) this.once('listening', callback as () => void)
    openShared(this, target)
    return this
  } as typeof net.Server.prototype.listen
}

function quiet(ms: number): Promise<false> {
  return new Promise(resolve => setTimeout(resolve, ms, false))
}

/** Makes `listening` and `address()` return what the application expects of a listening server. */
function pretend(server: Server, target: Captured['target']): void {
  const address = target.kind === 'path' ? target.path : { address: '127.0.0.1', family: 'IPv4', port: target.port }
  Object.defineProperty(server, 'listening', { value: true, configurable: true })
  Object.defineProperty(server, 'address', { value: () => address, configurable: true })
}

import { performance } from 'node:perf_hooks'
import { Acceptor } from './acceptor.ts'
import type { Application } from './application.ts'
import { ListenCapture } from './capture-listen.ts'
import { now } from './clock.ts'
import type { ServerHandle } from './listening-socket.ts'
import { loadApplication } from './load-application.ts'
import { envelope, type FromWorker, type ToWorker, toWorker } from './messages.ts'
import { probe } from './probe.ts'
import { mayAccept, Scoreboard } from './scoreboard.ts'

/** What the primary decided for a worker, passed in its environment as JSON. */
export interface WorkerOrders {
  app: string
  /** What the balance is kept with: the descriptor of the scoreboard and this worker's cell; none for one worker. */
  scoreboard?: { fd: number; cell: number }
  bootTimeout: number
  drainTimeout: number
  idleWindow: number
  heartbeatInterval: number
  probePath: string
  maxConnections: number
  maxInFlight: number
  maxEventLoopDelay: number
  retryAfterSeconds: number
  healthPaths: readonly string[]
  header?: string
}

/** How often the balance is looked at without an occasion, and how late the event loop is. */
const TICK_MS = 50

/** A delay of the event loop that is worth a line in the log. */
const BLOCKED_MS = 5000

/** One worker's life: load, probe, accept, report, drain, exit. */
export class Worker {
  readonly #orders: WorkerOrders
  readonly #acceptor: Acceptor
  readonly #scoreboard: Scoreboard | undefined
  #application: Application | undefined
  #sockets = 0
  #draining = false
  #delay = 0
  #longestDelay = 0
  #overloaded = false
  /** Requests of the probe, which are nobody's. */
  #probes = 0

  constructor(orders: WorkerOrders) {
    this.#orders = orders
    this.#acceptor = new Acceptor(() => this.#say({ type: 'spare' }))
    const { scoreboard } = orders
    this.#scoreboard = scoreboard && new Scoreboard(scoreboard.fd, scoreboard.cell)
  }

  async boot(): Promise<void> {
    const capture = new ListenCapture()
    capture.install()
    process.on('message', (message, handle) => this.#onMessage(toWorker(message), handle as unknown as ServerHandle))
    // The primary is gone: whoever comes next wants the port.
    process.on('disconnect', () => void this.#drain(1500, 500))
    // A terminal sends these to the whole process group; what becomes of them is for the primary to say.
    process.on('SIGINT', () => undefined)
    process.on('SIGHUP', () => undefined)
    process.on('SIGTERM', () => (this.#sockets > 0 ? this.#drainInTime() : process.exit(0)))
    process.channel?.unref()
    // An error that nobody catches ends the process as ever; while it boots, the primary is told the reason too.
    process.on('uncaughtExceptionMonitor', report)
    this.#application = await loadApplication(this.#orders.app, this.#orders, capture)
    await this.#application.start(this.#acceptor.gate)
    await probe(socket => this.#acceptor.take(socket), this.#orders.probePath, this.#orders.bootTimeout)
    this.#probes = this.#application.counts()?.requests ?? 0
    process.channel?.ref()
    process.off('uncaughtExceptionMonitor', report)
    this.#say({ type: 'ready', bootMs: Math.round(performance.now()), app: this.#application.kind })
  }

  #onMessage(message: ToWorker | undefined, handle: ServerHandle | undefined): void {
    if (message?.type === 'listen' && handle) void this.#listen(message, handle)
    else if (message?.type === 'spare' && handle) this.#acceptor.addSpare(handle, message.of)
    else if (message?.type === 'pre_stop') this.#application?.preStop()
    else if (message?.type === 'drain') void this.#drain(message.graceMs, message.idleMs)
  }

  async #listen(message: ToWorker & { type: 'listen' }, handle: ServerHandle): Promise<void> {
    try {
      await this.#acceptor.listen(handle, message.of, message.backlog)
    } catch (error) {
      fail(error)
    }
    if (++this.#sockets < message.of) return
    this.#acceptor.onChange = () => this.#balance()
    this.#balance()
    this.#startTicking()
    this.#say({ type: 'serving' })
    this.#beat()
    setInterval(() => this.#beat(), this.#orders.heartbeatInterval)
  }

  #startTicking(): void {
    let last = now()
    setInterval(() => {
      const time = now()
      this.#delay = Math.max(0, time - last - TICK_MS)
      last = time
      this.#longestDelay = Math.max(this.#longestDelay, this.#delay)
      if (this.#delay > BLOCKED_MS) this.#say({ type: 'blocked', forMs: Math.round(this.#delay) })
      this.#shed()
      this.#balance()
    }, TICK_MS).unref()
  }

  #shed(): void {
    const limit = this.#orders.maxEventLoopDelay
    if (limit === 0) return
    const overloaded = this.#delay > (this.#overloaded ? limit / 2 : limit)
    if (overloaded !== this.#overloaded) this.#application?.overload(overloaded)
    this.#overloaded = overloaded
  }

  /** Leaves new connections to others while they have fewer, or while there are as many here as there may be. */
  #balance(): void {
    if (this.#draining) return
    const connections = this.#acceptor.connections
    const { maxConnections } = this.#orders
    const full = maxConnections > 0 && connections >= maxConnections
    this.#scoreboard?.publish(connections)
    const { accepting } = this.#acceptor
    if (full || !mayAccept(connections, this.#scoreboard?.fewestOfOthers(), accepting)) this.#acceptor.pause()
    else if (!accepting) this.#acceptor.resume()
  }

  #beat(): void {
    const counts = { inFlight: 0, requests: 0, shed: 0, ...this.#application?.counts() }
    counts.requests -= this.#probes
    const eventLoopDelay = Math.round(this.#longestDelay * 10) / 10
    this.#longestDelay = 0
    const { connections } = this.#acceptor
    const memory = process.memoryUsage.rss()
    this.#say({ type: 'beat', stats: { connections, ...counts, memory, eventLoopDelay } })
  }

  #drainInTime(): void {
    void this.#drain(this.#orders.drainTimeout, this.#orders.idleWindow)
  }

  async #drain(graceMs: number, idleMs: number): Promise<void> {
    if (this.#draining) return
    this.#draining = true
    const started = now()
    this.#acceptor.stop()
    this.#scoreboard?.leave()
    const cut = (await this.#application?.drain(graceMs, idleMs)) ?? 0
    this.#say({ type: 'drained', tookMs: Math.round(now() - started), cut })
    process.exit(0)
  }

  #say(message: FromWorker): void {
    if (process.connected) process.send?.(envelope(message))
  }
}

/** Tells the primary why there will be no worker, and ends. */
export function fail(error: unknown): never {
  report(error)
  process.exit(1)
}

function report(error: unknown): void {
  if (process.connected) process.send?.(envelope<FromWorker>({ type: 'failed', ...explain(error) }))
}

/** One line that says what and where, and the whole stack. */
function explain(error: unknown): { reason: string; stack: string } {
  if (!(error instanceof Error)) return { reason: String(error), stack: String(error) }
  const stack = error.stack ?? ''
  const line = error.message.split('\n', 1)[0] || error.name
  const named = error.name === 'Error' ? line : `${error.name}: ${line}`
  const where = /(?:^|\(|at )(?:file:\/\/)?(\/[^\s():]+:\d+(?::\d+)?)/m.exec(stack)?.[1]
  return { reason: where && !line.includes(where) ? `${named} (${where})` : named, stack }
}

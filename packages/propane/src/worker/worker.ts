import { now } from '../clock.ts'
import { type FromWorker, SOCKET_TAKEN, type ToWorker, type WorkerOptions } from '../protocol.ts'
import { Scoreboard } from '../scoreboard.ts'
import type { ServerHandle } from '../system/listening-socket.ts'
import { Acceptor } from './acceptor.ts'
import type { Application } from './application.ts'
import { Balance } from './balance.ts'
import { ListenCapture } from './capture-listen.ts'
import { Descriptors } from './descriptors.ts'
import { Ending } from './ending.ts'
import { explainError } from './explain-error.ts'
import { FurtherServers } from './further-servers.ts'
import { Latencies } from './latencies.ts'
import { loadApplication } from './load-application.ts'
import { probe, probeProtocol } from './probe.ts'
import { readySignal } from './ready-signal.ts'
import { createMemoryReader } from './resident-memory.ts'
import { SocketRequests } from './socket-requests.ts'

/** How often to check the balance and the event-loop delay if nothing else triggers it. */
const TICK_MS = 50
const OVERLOADED_TICK_MS = 5

/** The event-loop delay from which a line is logged. */
const BLOCKED_MS = 5000

/** The minimum time for an application's hooks, even if requests have used up the drain time. */
const LEAST_END_MS = 2000

/** How long an exiting worker waits for its output to be read. */
const FLUSH_MS = 1000

/** A worker's channel to its primary. */
export interface Channel {
  say(message: FromWorker): void
  listen(onMessage: (message: ToWorker, handle: ServerHandle | undefined) => void): void
  /** Whether there is a primary that can bind further ports for all workers. */
  readonly shares: boolean
  /** While the application boots, the channel must not keep the process alive: an application with nothing left to do has ended. */
  hold(on: boolean): void
}

/** One worker's life: load, probe, accept, report, drain, exit. */
export class Worker {
  readonly #options: WorkerOptions
  readonly #channel: Channel
  readonly #acceptor: Acceptor
  readonly #balance: Balance
  readonly #memory = createMemoryReader()
  readonly #descriptors: Descriptors = new Descriptors(() => {
    this.#say({ type: 'descriptors', limit: this.#descriptors.limit })
  })
  readonly #latencies = new Latencies()
  readonly #sockets = new SocketRequests(message => this.#say(message))
  readonly #further = new FurtherServers(target => this.#sockets.ask(target))
  #application: Application | undefined
  #ending = new Ending({})
  #heartbeats: NodeJS.Timeout | undefined
  #listening = 0
  #draining = false
  #delayMs = 0
  #longestDelayMs = 0
  #overloaded = false
  /** Requests of the probe, which are not counted. */
  #probes = 0

  constructor(workerOptions: WorkerOptions, channel: Channel) {
    this.#options = workerOptions
    this.#channel = channel
    this.#acceptor = new Acceptor(() => channel.say({ type: 'spare' }))
    const { scoreboard } = workerOptions
    const board = scoreboard && new Scoreboard(scoreboard.fd, scoreboard.cell)
    this.#balance = new Balance({
      acceptor: this.#acceptor,
      scoreboard: board,
      maxConnections: workerOptions.maxConnections,
      descriptors: this.#descriptors,
    })
  }

  async boot(): Promise<void> {
    const capture = new ListenCapture()
    capture.install(this.#options.port)
    this.#channel.listen((message, handle) => this.#onMessage(message, handle))
    this.#channel.hold(false)
    let stage = ''
    const say = () => this.#say({ type: 'waits', for: stage + othersIn(capture) })
    const at = (next: string) => {
      stage = next
      say()
    }
    capture.onElsewhere = say
    const isReady = this.#options.waitReady ? readySignal() : undefined
    const options = {
      ...this.#options,
      latencies: this.#latencies,
      ...(this.#channel.shares && { openShared: this.#further.open.bind(this.#further) }),
    }
    const { application, onStop } = await loadApplication(this.#options.app, options, capture, at)
    this.#application = application
    this.#ending = new Ending({ onStop })
    at('its start has not ended')
    await application.start(this.#acceptor.virtualServer)
    this.#channel.hold(true) // a server that listens keeps its process alive
    at('its further ports are not bound')
    await this.#further.opened()
    at("it has not called process.send('ready')")
    await isReady
    at('it has not answered the probe')
    await this.#probe(application, at)
    this.#probes = application.counts()?.requests ?? 0
    this.#latencies.reset()
    this.#say({ type: 'ready', bootMs: Math.round(performance.now()), app: application.kind })
  }

  async #probe(application: Application, onWaits: (what: string) => void): Promise<void> {
    const { probe: wanted, probePath: path, bootTimeoutMs: timeoutMs } = this.#options
    const protocol = probeProtocol(wanted, application.protocol)
    if (protocol) await probe(socket => this.#acceptor.take(socket), { protocol, path, timeoutMs, onWaits })
  }

  /** Whether it accepts connections or has done so. */
  get serves(): boolean {
    return this.#listening > 0
  }

  #onMessage(message: ToWorker, handle: ServerHandle | undefined): void {
    if (message.type === 'listen' && handle) void this.#listen(message, handle)
    else if (message.type === 'spare' && handle) this.#acceptor.addSpare(handle, message.index, message.of)
    else if (message.type === 'shared') this.#sockets.answered(message, handle)
    else if (message.type === 'pre_stop') this.#application?.preStop()
    else if (message.type === 'drain') void this.drain(message.graceMs, message.idleMs, message.last)
  }

  async #listen(message: ToWorker & { type: 'listen' }, handle: ServerHandle): Promise<void> {
    try {
      await this.#acceptor.listen(handle, message.of, message.backlog)
    } catch (error) {
      const taken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
      this.#say({ type: 'failed', ...(taken ? { reason: SOCKET_TAKEN } : explainError(error)) })
      process.exit(1)
    }
    if (++this.#listening < message.of) return
    this.#acceptor.onOpen = fd => this.#balance.opened(fd)
    this.#acceptor.onClose = () => this.#balance.closed()
    await this.#further.accept()
    this.#balance.tick()
    this.#tick(now())
    this.#say({ type: 'serving' })
    this.#heartbeat()
    this.#heartbeats = setInterval(() => this.#heartbeat(), this.#options.heartbeatIntervalMs)
  }

  /** Checks the event loop and the balance, more often while overloaded, so that it does not shed load for too long. */
  #tick(last: number): void {
    const pause = this.#overloaded ? OVERLOADED_TICK_MS : TICK_MS
    setTimeout(() => {
      const time = now()
      this.#delayMs = Math.max(0, time - last - pause)
      this.#longestDelayMs = Math.max(this.#longestDelayMs, this.#delayMs)
      if (this.#delayMs > BLOCKED_MS) this.#say({ type: 'blocked', forMs: Math.round(this.#delayMs) })
      this.#shed()
      this.#balance.tick()
      this.#tick(time)
    }, pause).unref()
  }

  #shed(): void {
    const limit = this.#options.maxEventLoopDelayMs
    if (limit === 0) return
    const overloaded = this.#delayMs > (this.#overloaded ? limit / 2 : limit)
    if (overloaded !== this.#overloaded) this.#application?.overload(overloaded)
    this.#overloaded = overloaded
  }

  #heartbeat(): void {
    const counts = { inFlight: 0, requests: 0, shed: 0, ...this.#application?.counts() }
    counts.requests -= this.#probes
    const eventLoopDelayMs = Math.round(this.#longestDelayMs * 10) / 10
    this.#longestDelayMs = 0
    const { connections } = this.#acceptor
    const memory = this.#memory()
    const { counts: durations, sumMs, statuses } = this.#latencies
    const latency = { counts: durations, sumMs }
    const stats = { connections, ...counts, memory, eventLoopDelayMs, latency, statuses }
    this.#say({ type: 'heartbeat', stats })
  }

  /** Answers the requests in flight, runs the application's hooks, and exits. Default times: those it was started with. */
  async drain(
    graceMs: number = this.#options.drainTimeoutMs,
    idleMs: number = this.#options.idleWindowMs,
    last = false,
  ): Promise<void> {
    // An application that has handled a signal sends it to itself again, to end as if there had been no listener.
    if (this.#draining) return this.#ending.hasBegun ? this.#ending.ended() : undefined
    this.#draining = true
    const started = now()
    this.#balance.leave()
    await Promise.all([last ? this.#acceptor.stopLast() : this.#acceptor.stop(), this.#further.stop(last)])
    this.#say({ type: 'closed' })
    const onQuiet = () => this.#ending.goodbye()
    const [own = 0, further] = await Promise.all([
      this.#application?.drain({ graceMs, idleMs, onQuiet }),
      this.#further.drain(graceMs, idleMs),
    ])
    const cut = own + further
    this.#heartbeat()
    this.#say({ type: 'drained', tookMs: Math.round(now() - started), cut })
    await this.#end(started + graceMs)
    await Promise.race([written(process.stdout), new Promise(resolve => setTimeout(resolve, FLUSH_MS))])
    await Promise.race([written(process.stderr), new Promise(resolve => setTimeout(resolve, FLUSH_MS))])
    process.exit()
  }

  /** Runs the application's hooks until the drain time is over, or a little longer if the requests have used it up. */
  async #end(drainEndsAt: number): Promise<void> {
    // Nothing of propane's own keeps the process alive any more.
    clearInterval(this.#heartbeats)
    this.#channel.hold(false)
    const until = Math.max(drainEndsAt, now() + Math.min(LEAST_END_MS, this.#options.killTimeoutMs / 2))
    const left = () => Math.max(0, until - now())
    const late = new Promise<false>(resolve => setTimeout(resolve, left(), false).unref())
    if (await Promise.race([this.#runHooks(left), late])) return
    process.stderr.write(
      'propane: the application was ended before its own hooks had finished: the drain time is over\n',
    )
  }

  /** False if the application does not end in time. */
  async #runHooks(left: () => number): Promise<boolean> {
    await this.#ending.begin()
    // An application that handles signals closes its server itself.
    if (this.#ending.hasSignalListeners && !(await this.#ending.finished(left()))) return false
    await Promise.all([this.#application?.close(), this.#further.close()])
    return this.#application?.hasCloseHooks !== true || this.#ending.finished(left())
  }

  #say(message: FromWorker): void {
    this.#channel.say(message)
  }
}

function othersIn({ elsewhere: [place] }: ListenCapture): string {
  return place === undefined ? '' : `; it listens on ${place}, which is no port`
}

/** Resolves when a stream's output is flushed: exiting would discard it. */
function written(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise(resolve => stream.write('', () => resolve()))
}

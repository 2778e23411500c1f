import type { Accessories } from '../accessories.ts'
import { now } from '../clock.ts'
import type { Events, WorkerEvent } from '../propane-events.ts'
import type { FromWorker } from '../protocol.ts'
import { CELLS, clearCell, createScoreboard } from '../scoreboard.ts'
import { fs } from '../system/builtins.ts'
import type { Identity } from '../system/identities.ts'
import { backlogOf, isKept, type ListeningSocket } from '../system/listening-socket.ts'
import { OomKills } from '../system/oom-kills.ts'
import { apply, applyAction, type Notice, type PoolEvent } from './apply.ts'
import { ClosingOrder } from './closing-order.ts'
import { type Action, decide, nextDeadline } from './decide.ts'
import { changedVariables } from './env-file.ts'
import { existingCwd, makePlan, type Plan, type PlanSource, workerEnv, workerOptions } from './plan.ts'
import { createPool, isSettled, type Pool, type PoolSettings, type WorkerRecord, workerOf } from './pool.ts'
import type { SharedPorts } from './shared-ports.ts'
import { WorkerHandle } from './worker-handle.ts'

export interface ManagerOptions {
  source: PlanSource
  /** The plan for the first workers. */
  plan: Plan
  desired: number
  /** Number of the first generation. */
  generation: number
  settings: PoolSettings
  sockets: readonly ListeningSocket[]
  sharedPorts: SharedPorts
  execArgv: readonly string[]
  /** The identity that the workers run as. */
  identity: Identity
  events: Events
  /** Receives the output of workers. */
  output: (worker: WorkerEvent, chunk: Buffer | undefined, stream: 'stdout' | 'stderr') => void
  notice: (notice: Notice) => void
  /** Called when the sockets are no longer needed here. May be called more than once. */
  releaseSockets: () => void
}

interface Process {
  /** The application has disconnected the channel. */
  disconnected?: boolean
  handle: WorkerHandle
  identity: WorkerEvent
  cell: number
  plan: Plan
}

/** How late the primary's own timer must be before propane assumes that the whole machine was suspended. */
const STALL_MS = 3000

/**
 * Turns signals and commands into processes, as `decide` says. It never runs application code.
 *
 * It is one file because everything in it acts on the same processes: what is decided purely stands in the files around it.
 */
export class Manager {
  readonly pool: Pool
  readonly processes: Map<number, Process> = new Map()
  readonly done: Promise<number>
  source: PlanSource
  /** Another primary now accepts from the same sockets. */
  handedOver = false
  readonly #closing = new ClosingOrder()
  readonly #oomKills = new OomKills()
  readonly #options: ManagerOptions
  readonly #scoreboard: number | undefined
  readonly #plans = new Map<number, Plan>()
  readonly #stacks = new Map<number, string>()
  readonly #queue: PoolEvent[] = []
  #working = false
  #settled = false
  #timer: NodeJS.Timeout | undefined
  #finish: (code: number) => void = () => undefined

  constructor(options: ManagerOptions) {
    this.#options = options
    this.source = options.source
    this.pool = createPool(options.desired, options.settings, options.generation)
    this.#plans.set(this.pool.generation, options.plan)
    this.#scoreboard = createScoreboard()
    this.done = new Promise(resolve => {
      this.#finish = resolve
    })
  }

  /** Starts the workers. */
  start(): void {
    this.#work()
  }

  get plan(): Plan {
    return this.#plans.get(this.pool.generation)!
  }

  /** Applies an event and performs the resulting actions. */
  dispatch(event: PoolEvent): void {
    this.#queue.push(event)
    this.#work()
  }

  /** The stack of the first failure of a generation. */
  stackOf(generation: number): string | undefined {
    return this.#stacks.get(generation)
  }

  planOf(id: number): Plan | undefined {
    return this.processes.get(id)?.plan
  }

  tellAll(message: { type: 'pre_stop' }): void {
    for (const { handle } of this.processes.values()) handle.send(message)
  }

  #work(): void {
    if (this.#working) return
    this.#working = true
    for (;;) {
      const event = this.#queue.shift()
      const notices = event ? apply(this.pool, event, now()) : []
      for (const notice of notices) this.#options.notice(notice)
      if (event) continue
      const actions = decide(this.pool, now())
      if (actions.length === 0 && this.#queue.length === 0) break
      for (const action of actions) this.#perform(action)
    }
    this.#working = false
    const settled = isSettled(this.pool)
    if (settled && !this.#settled) {
      this.#options.sharedPorts.closeUnused()
      this.#options.events.emit('settled', { workers: this.pool.workers.length, generation: this.pool.generation })
    }
    this.#settled = settled
    this.#schedule()
  }

  #schedule(): void {
    clearTimeout(this.#timer)
    if (this.pool.phase === 'stopped') return
    const started = now()
    const delayMs = Math.min(1000, Math.max(1, nextDeadline(this.pool, started) - started))
    this.#timer = setTimeout(() => {
      const late = now() - started - delayMs
      if (late > STALL_MS) this.dispatch({ type: 'stalled', forMs: late })
      else this.#work()
    }, delayMs)
  }

  #perform(action: Action): void {
    const notices = applyAction(this.pool, action, now())
    if (action.do === 'spawn') this.#spawn(this.pool.workers.at(-1)!)
    else if (action.do === 'drain') this.#drain(action.id, action.reason)
    else if (action.do === 'signal') {
      const child = this.processes.get(action.id)
      const worker = workerOf(this.pool, action.id)
      if (child && worker) {
        const { signal, reason } = action
        const silentMs = Math.round(now() - worker.lastHeartbeatAt)
        this.#options.events.emit('signal', { ...child.identity, signal, reason, silentMs })
        child.handle.kill(signal)
      }
    } else if (action.do === 'exit') this.#close(action.code)
    for (const notice of notices) this.#options.notice(notice)
  }

  #drain(id: number, reason: WorkerRecord['reason'] & string): void {
    const child = this.processes.get(id)
    if (!child) return
    const { drainTimeoutMs: graceMs, idleWindowMs: idleMs } = child.plan.accessories
    const { stats } = workerOf(this.pool, id)!
    this.#options.events.emit('drain', { ...child.identity, reason, stats })
    const tell = (last: boolean) => child.handle.send({ type: 'drain', graceMs, idleMs, last })
    if (reason !== 'stop' || this.handedOver || this.#options.sockets.some(isKept)) tell(false)
    else {
      // The last one must accept queued connections, but may have closed its copies of the sockets.
      if (this.#closing.stop(id, tell)) this.#send(child, 'spare', this.#options.sockets, this.#options.releaseSockets)
    }
  }

  #spawn(worker: WorkerRecord): void {
    const { id, slot, generation } = worker
    try {
      const plan = this.#planFor(generation)
      const cell = this.#freeCell()
      const identity: WorkerEvent = { id, slot, generation, pid: 0 }
      const handle = new WorkerHandle({
        workerOptions: {
          ...workerOptions(plan, worker),
          ...(this.#scoreboard !== undefined && cell < CELLS && { scoreboard: { fd: this.#scoreboard, cell } }),
        },
        execArgv: this.#options.execArgv,
        env: workerEnv(plan, worker),
        cwd: existingCwd(plan),
        identity: this.#options.identity,
        onMessage: message => this.#onMessage(id, message),
        onOutput: (chunk, stream) => this.#options.output(identity, chunk, stream),
        onExit: (code, signal) => this.#onExit(id, code, signal),
      })
      identity.pid = handle.pid
      this.processes.set(id, { handle, identity, cell, plan })
      this.#options.events.emit('spawn', identity)
    } catch (error) {
      this.dispatch({ type: 'failed', id, reason: (error as Error).message })
      this.dispatch({ type: 'exited', id, how: 'not started' })
    }
  }

  /** The plan of a generation, or a new one if its files are gone: a dead worker must be replaced anyway. */
  #planFor(generation: number): Plan {
    const known = this.#plans.get(generation)
    if (known && fs.existsSync(known.release.file)) return known
    const plan = makePlan(this.source)
    for (const old of this.#plans.keys()) {
      if (old >= this.pool.generation) continue
      this.#plans.delete(old)
      this.#stacks.delete(old)
    }
    this.#plans.set(generation, plan)
    return plan
  }

  /** Names of accessories and variables that differ between the current plan and an older generation's. */
  changesSince(before: Plan): string[] {
    const { accessories, env } = this.plan
    const names = Object.keys(accessories) as (keyof Accessories)[]
    const changed = names.filter(name => JSON.stringify(accessories[name]) !== JSON.stringify(before.accessories[name]))
    return [...changed, ...changedVariables(before.env, env)]
  }

  #freeCell(): number {
    const taken = new Set([...this.processes.values()].map(child => child.cell))
    let cell = 0
    while (taken.has(cell)) cell++
    return cell
  }

  #onMessage(id: number, message: FromWorker): void {
    const child = this.processes.get(id)
    const worker = workerOf(this.pool, id)
    if (!child || !worker) return
    const { events, sockets } = this.#options
    if (message.type === 'ready') {
      this.#send(child, 'listen', sockets)
      worker.bootMs = message.bootMs
    } else if (message.type === 'spare') this.#send(child, 'spare', sockets)
    else if (message.type === 'serving') {
      events.emit('ready', { ...child.identity, bootMs: worker.bootMs ?? 0, release: child.plan.release.id })
      this.dispatch({ type: 'serving', id })
    } else if (message.type === 'waits') this.dispatch({ type: 'waits', id, for: message.for })
    else if (message.type === 'failed') {
      if (message.stack && !this.#stacks.has(worker.generation)) this.#stacks.set(worker.generation, message.stack)
      this.dispatch({ type: 'failed', id, reason: message.reason })
    } else if (message.type === 'blocked') events.emit('blocked', { ...child.identity, forMs: message.forMs })
    else if (message.type === 'descriptors')
      events.emit('descriptors_scarce', { ...child.identity, limit: message.limit })
    else if (message.type === 'share') void this.#share(id, child, message)
    else if (message.type === 'disconnects') child.disconnected = true
    else if (message.type === 'closed') this.#closing.closed(id)
    else if (message.type === 'heartbeat') {
      this.#options.sharedPorts.restore()
      this.dispatch({ type: 'heartbeat', id, stats: message.stats })
      events.emit('heartbeat', { ...child.identity, stats: message.stats })
    } else if (message.type === 'drained')
      events.emit('drained', { ...child.identity, tookMs: message.tookMs, cut: message.cut })
  }

  /** Sends a worker a copy of the socket of a further port or path. */
  async #share(id: number, { handle }: Process, wanted: FromWorker & { type: 'share' }): Promise<void> {
    const { request, path, mode, host, port, ipv6Only } = wanted
    try {
      const socket = await this.#options.sharedPorts.open(
        id,
        { path, mode, host, port, ipv6Only },
        this.#options.identity,
      )
      handle.send({ type: 'shared', request, code: '' }, socket)
    } catch (error) {
      handle.send({ type: 'shared', request, code: (error as NodeJS.ErrnoException).code ?? 'EINVAL' })
    }
  }

  /** Sends a worker a copy of each socket, and calls `sent` after the last one. */
  #send(child: Process, type: 'listen' | 'spare', sockets: readonly ListeningSocket[], sent?: () => void): void {
    for (const [index, socket] of sockets.entries()) {
      const backlog = backlogOf(socket, child.plan.accessories.listenBacklog)
      const last = index === sockets.length - 1
      child.handle.send({ type, index, of: sockets.length, backlog }, socket, last ? sent : undefined)
    }
  }

  #onExit(id: number, code: number | null, signal: NodeJS.Signals | null): void {
    const child = this.processes.get(id)
    const worker = workerOf(this.pool, id)
    if (!child || !worker) return
    this.processes.delete(id)
    this.#options.sharedPorts.forget(id)
    this.#closing.closed(id)
    if (this.#closing.isLast(id)) this.#options.releaseSockets()
    if (this.#scoreboard !== undefined && child.cell < CELLS) clearCell(this.#scoreboard, child.cell)
    const expected = worker.status !== 'serving' && worker.status !== 'booting'
    const { reason } = worker
    this.#options.events.emit('exit', { ...child.identity, code, signal, expected, ...(reason && { reason }) })
    this.dispatch({ type: 'exited', id, how: this.#howItEnded(child, code, signal) })
  }

  #howItEnded({ disconnected }: Process, code: number | null, signal: NodeJS.Signals | null): string {
    const killed = signal === 'SIGKILL' && this.#oomKills.hasRisen()
    if (killed) return 'signal SIGKILL by the kernel: its control group was out of memory'
    if (disconnected) return 'its application called process.disconnect(), which cuts a worker off from propane'
    return signal ? `signal ${signal}` : `exit code ${code}`
  }

  #close(code: number): void {
    this.dispose()
    this.#finish(code)
  }

  /** Closes what it has opened. All workers must be gone. */
  dispose(): void {
    if (this.#scoreboard !== undefined) fs.closeSync(this.#scoreboard)
  }
}

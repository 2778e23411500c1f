import { type Accessories, type AccessoryInput, resolveAccessories } from './accessories.ts'
import type { Notice } from './apply.ts'
import { bind, inUse } from './bind.ts'
import { now } from './clock.ts'
import { defaultWorkers, inContainer } from './container.ts'
import { propaneError } from './errors.ts'
import { Events, type PropaneEventName, type PropaneEvents, type WorkerEvent } from './events.ts'
import { inheritedExecArgv } from './exec-argv.ts'
import type { ListeningSocket } from './listening-socket.ts'
import { Log, LogSink } from './log.ts'
import { LineMerger } from './log-merge.ts'
import { Manager } from './manager.ts'
import type { Plan } from './plan.ts'
import { isSettled, type PoolSettings } from './pool.ts'
import { logicalCwd, logicalPath } from './release.ts'
import { type PropaneStatus, statusOf } from './status.ts'
import { formatDuration } from './units.ts'

export interface PropaneOptions extends AccessoryInput {
  /** Path of the application's module. */
  app: string
  /** Arguments of Node.js for the workers. Default: those of this process. */
  execArgv?: readonly string[] | undefined
  /** Environment of the workers. Default: that of this process. */
  env?: NodeJS.ProcessEnv | undefined
  /** Reads the accessories again on a reload, where they come from a file. */
  reread?: (() => AccessoryInput | Promise<AccessoryInput>) | undefined
}

/** A running propane. */
export interface PropaneHandle {
  readonly pid: number
  /** As people write it: `127.0.0.1:3000`, or the path of a unix socket. */
  readonly address: string
  /** The port of a TCP socket. */
  readonly port: number
  /** `http://127.0.0.1:3000`; empty for a unix socket. */
  readonly url: string
  readonly accessories: Accessories
  /** Settles once every worker serves; rejects with app_failed or crash_loop when none ever will. */
  readonly ready: Promise<void>
  /** When everything has ended: 0 after a clean stop, 1 after a failure, with its reason. */
  readonly done: Promise<{ code: number; reason?: string }>
  on<Name extends PropaneEventName>(name: Name, listener: (event: PropaneEvents[Name]) => void): this
  off<Name extends PropaneEventName>(name: Name, listener: (event: PropaneEvents[Name]) => void): this
  /** The next event of this name that `accept` takes. */
  once<Name extends PropaneEventName>(
    name: Name,
    accept?: (event: PropaneEvents[Name]) => boolean,
  ): Promise<PropaneEvents[Name]>
  status(): PropaneStatus
  /** Rolling reload: resolves when only the new generation is left. Throws reload_failed; the old workers then stay. */
  reload(): Promise<PropaneEvents['reloaded']>
  /** Resolves when so many workers serve. Throws command_failed where they cannot. */
  scale(workers: number): Promise<void>
  /** Graceful stop; resolves with the end. */
  stop(): Promise<{ code: number; reason?: string }>
  /** Kills the workers at once; resolves with the end. */
  quit(): Promise<{ code: number; reason?: string }>
}

/**
 * Runs an application in worker processes behind one listening socket. Resolves once the socket is bound; await
 * `ready` for the workers.
 *
 * @throws settings_invalid, app_not_found, env_file_unreadable, port_in_use, bind_not_permitted, bind_failed
 */
export async function propane(options: PropaneOptions): Promise<PropaneHandle> {
  const { app, execArgv, env, reread, ...input } = options
  const propane = new Propane(options, resolveAccessories({ ...input }))
  await propane.start()
  return propane
}

class Propane implements PropaneHandle {
  readonly pid: number = process.pid
  readonly ready: Promise<void>
  readonly done: Promise<{ code: number; reason?: string }>
  accessories: Accessories
  readonly #options: PropaneOptions
  readonly #events = new Events()
  readonly #sink: LogSink
  readonly #log: Log
  readonly #json: boolean
  readonly #mergers = new Map<number, Record<'stdout' | 'stderr', LineMerger>>()
  readonly #startedAt = now()
  #manager!: Manager
  #sockets: ListeningSocket[] = []
  #failure: Error | undefined
  #before: Plan | undefined
  #end!: (end: { code: number; reason?: string }) => void

  constructor(options: PropaneOptions, accessories: Accessories) {
    this.#options = options
    this.accessories = accessories
    this.#json = accessories.logFormat === 'json' || (accessories.logFormat === 'auto' && !process.stdout.isTTY)
    this.#sink = new LogSink(accessories.logFile)
    this.#log = new Log(this.#sink, this.#json)
    this.done = new Promise(resolve => {
      this.#end = resolve
    })
    this.ready = new Promise((resolve, reject) => {
      void this.#events.once('settled').then(() => resolve())
      void this.done.then(() => reject(this.#failure ?? propaneError('stopping')))
    })
    this.ready.catch(() => undefined) // whoever does not wait for it hears of the end through `done`
  }

  async start(): Promise<void> {
    const { accessories } = this
    const env = this.#options.env ?? process.env
    const count =
      accessories.workers === 'auto' ? defaultWorkers() : { workers: accessories.workers, reason: 'as configured' }
    this.#sockets = await bind(accessories)
    this.#manager = new Manager({
      source: { app: logicalPath(this.#options.app), accessories, env, cwd: logicalCwd() },
      desired: Math.max(1, count.workers),
      settings: poolSettings(accessories),
      sockets: this.#sockets,
      execArgv: this.#options.execArgv ?? inheritedExecArgv(),
      events: this.#events,
      output: (worker, chunk, stream) => this.#mergersOf(worker)[stream].push(chunk),
      closed: worker => this.#flush(worker),
      notice: notice => this.#notice(notice),
    })
    this.#tell()
    void this.#manager.done.then(code => this.#finish(code))
    try {
      this.#manager.start()
    } catch (error) {
      for (const socket of this.#sockets) socket.handle.close()
      throw error
    }
    const { drainTimeout, bootTimeout, killTimeout } = accessories
    this.#log.line('info', `listening on ${this.address} with ${count.workers} workers (${count.reason})`, {
      ...{ address: this.address, workers: count.workers, drainTimeout, bootTimeout, killTimeout },
    })
  }

  get address(): string {
    return this.#sockets[0]!.address
  }

  get port(): number {
    return this.#sockets[0]!.port ?? 0
  }

  get url(): string {
    return this.port === 0 ? '' : `http://${this.address}`
  }

  on<Name extends PropaneEventName>(name: Name, listener: (event: PropaneEvents[Name]) => void): this {
    this.#events.on(name, listener)
    return this
  }

  off<Name extends PropaneEventName>(name: Name, listener: (event: PropaneEvents[Name]) => void): this {
    this.#events.off(name, listener)
    return this
  }

  once<Name extends PropaneEventName>(
    name: Name,
    accept?: (event: PropaneEvents[Name]) => boolean,
  ): Promise<PropaneEvents[Name]> {
    return this.#events.once(name, accept)
  }

  status(): PropaneStatus {
    const { source, pool } = this.#manager
    const addresses = this.#sockets.map(socket => socket.address)
    return statusOf(this.#manager, addresses, source.app, this.#startedAt, isSettled(pool))
  }

  async reload(): Promise<PropaneEvents['reloaded']> {
    const { pool } = this.#manager
    if (pool.phase !== 'running') throw propaneError('stopping')
    await this.#reread()
    const generation = pool.nextGeneration
    const outcome = new Promise<PropaneEvents['reloaded']>((resolve, reject) => {
      void this.once('reloaded', event => event.generation >= generation).then(resolve)
      void this.once('reload_failed', event => event.generation >= generation).then(({ reason }) =>
        reject(propaneError('reload_failed', { reason })),
      )
      void this.done.then(() => reject(propaneError('stopping')))
    })
    this.#manager.dispatch({ type: 'reload' })
    return outcome
  }

  async scale(workers: number): Promise<void> {
    if (this.#manager.pool.phase !== 'running') throw propaneError('stopping')
    const outcome = new Promise<void>((resolve, reject) => {
      void this.once('settled').then(() => resolve())
      void this.once('boot_failed').then(({ reason }) => reject(propaneError('command_failed', { reason })))
      void this.done.then(() => reject(propaneError('stopping')))
    })
    const before = this.#manager.pool.desired
    this.#manager.dispatch({ type: 'scale', desired: Math.max(1, workers) })
    this.#events.emit('scaled', { workers: this.#manager.pool.desired })
    if (before !== workers || !isSettled(this.#manager.pool)) await outcome
  }

  stop(): Promise<{ code: number; reason?: string }> {
    const { phase, settings } = this.#manager.pool
    if (phase === 'running' || phase === 'upgrading') {
      this.#manager.tellAll({ type: 'pre_stop' })
      const delay = settings.preStopDelay
      const meanwhile = delay > 0 ? `, after ${formatDuration(delay)} of failing readiness` : ''
      this.#log.line(
        'info',
        `stopping: requests in flight may take ${formatDuration(settings.drainTimeout)}${meanwhile}`,
      )
      this.#events.emit('stopping', { reason: 'stop' })
      this.#manager.dispatch({ type: 'stop' })
    }
    return this.done
  }

  quit(): Promise<{ code: number; reason?: string }> {
    this.#manager.dispatch({ type: 'quit' })
    return this.done
  }

  async #reread(): Promise<void> {
    const { reread, app, execArgv, env, reread: _, ...input } = this.#options
    if (!reread) return
    const accessories = resolveAccessories({ ...input }, { ...(await reread()) })
    this.#manager.source = { ...this.#manager.source, accessories }
  }

  #notice(notice: Notice): void {
    if (notice.notice === 'reload_started') {
      this.#before = this.#manager.plan
      this.#events.emit('reload_started', { generation: notice.generation })
    } else if (notice.notice === 'reloaded') this.#reloaded(notice)
    else if (notice.notice === 'reload_failed') {
      const { generation, reason } = notice
      this.#log.line('error', `reload failed, the old workers stay: ${reason}`, { generation, status: 'reload_failed' })
      this.#events.emit('reload_failed', { generation, reason })
    } else if (notice.notice === 'gave_up') this.#gaveUp(notice)
    else if (notice.notice === 'parked') {
      this.#log.line('error', `worker ${notice.slot} is given up until the next reload: ${notice.reason}`)
      this.#events.emit('parked', { slot: notice.slot, reason: notice.reason })
    } else {
      const { worker } = notice
      const identity = { id: worker.id, slot: worker.slot, generation: worker.generation, pid: 0 }
      const again = `the next one starts in ${formatDuration(notice.respawnIn)}`
      if (notice.notice === 'boot_failed') {
        this.#events.emit('boot_failed', { ...identity, reason: notice.reason })
        if (this.#manager.pool.served)
          this.#log.line('error', `worker ${worker.slot} did not start: ${notice.reason}; ${again}`)
      } else this.#log.line('error', `worker ${worker.slot} died (${notice.how}); ${again}`, identity)
    }
  }

  #reloaded({ generation, tookMs }: Notice & { notice: 'reloaded' }): void {
    const { plan } = this.#manager
    const changed = this.#before ? this.#manager.changesSince(this.#before) : []
    this.accessories = plan.accessories
    this.#manager.pool.settings = poolSettings(plan.accessories)
    const names = changed.length === 0 ? '' : `; changed: ${changed.join(', ')}`
    this.#log.line('info', `reloaded in ${formatDuration(tookMs)}: generation ${generation}${names}`, {
      ...{ generation, release: plan.release.id, tookMs: Math.round(tookMs), changed },
    })
    this.#events.emit('reloaded', { generation, tookMs, changed })
  }

  #gaveUp({ reason, deaths }: Notice & { notice: 'gave_up' }): void {
    const { crashLoopWindow } = this.#manager.pool.settings
    const [socket] = this.#sockets
    if (reason.includes('EADDRINUSE')) this.#failure = inUse(this.address, socket?.port)
    else if (deaths < this.#manager.pool.settings.crashLoopDeaths)
      this.#failure = propaneError('app_failed', { reason })
    else this.#failure = propaneError('crash_loop', { deaths, window: formatDuration(crashLoopWindow), reason })
  }

  #finish(code: number): void {
    for (const socket of this.#sockets) socket.handle.close()
    const reason = this.#failure?.message
    if (reason !== undefined) this.#log.line('error', reason)
    else this.#log.line('info', 'stopped')
    const end = { code, ...(reason !== undefined && { reason }) }
    this.#events.emit('stopped', end)
    this.#end(end)
  }

  #tell(): void {
    this.on('ready', ({ slot, id, generation, pid, bootMs }) => {
      this.#log.line('info', `worker ${slot} is ready after ${formatDuration(bootMs)}`, {
        worker: slot,
        id,
        generation,
        worker_pid: pid,
      })
    })
    this.on('drain', ({ slot, id, reason }) => {
      if (reason !== 'stop') this.#log.line('info', `worker ${slot} drains: ${reason}`, { worker: slot, id, reason })
    })
    this.on('signal', ({ slot, signal, reason, id }) => {
      this.#log.line('warn', `worker ${slot} was sent ${signal}: ${reason}`, { worker: slot, id, reason })
    })
  }

  #mergersOf(worker: WorkerEvent): Record<'stdout' | 'stderr', LineMerger> {
    const known = this.#mergers.get(worker.id)
    if (known) return known
    const made = { stdout: this.#merger(worker, 'info'), stderr: this.#merger(worker, 'error') }
    this.#mergers.set(worker.id, made)
    return made
  }

  #merger(worker: WorkerEvent, level: string): LineMerger {
    const wrap = (msg: string) =>
      JSON.stringify({ level, time: new Date().toISOString(), worker: worker.slot, pid: worker.pid, msg })
    return new LineMerger(lines => this.#sink.write(lines), this.#json ? wrap : undefined)
  }

  #flush(worker: WorkerEvent): void {
    const mergers = this.#mergers.get(worker.id)
    this.#mergers.delete(worker.id)
    mergers?.stdout.flush()
    mergers?.stderr.flush()
  }
}

function poolSettings(a: Accessories): PoolSettings {
  const preStopDelay = a.preStopDelay === 'auto' ? (inContainer() ? 5000 : 0) : a.preStopDelay
  return { ...a, preStopDelay }
}

import { type Accessories, changedAccessories, resolveAccessories } from '../accessories.ts'
import { now } from '../clock.ts'
import { propaneError } from '../errors.ts'
import { renderMetrics } from '../observation/metrics.ts'
import { type PropaneStatus, statusOf } from '../observation/status.ts'
import { Totals } from '../observation/totals.ts'
import type { Notice } from '../pool/apply.ts'
import type { Manager } from '../pool/manager.ts'
import type { Plan } from '../pool/plan.ts'
import { isSettled } from '../pool/pool.ts'
import { poolSettings } from '../pool/pool-settings.ts'
import type { Events, PropaneEventName, PropaneEvents } from '../propane-events.ts'
import type { PropaneEnd, PropaneHandle } from '../propane-handle.ts'
import { SOCKET_TAKEN } from '../protocol.ts'
import { inUse } from '../system/bind.ts'
import { closeSocket } from '../system/listening-socket.ts'
import { formatDuration } from '../units.ts'
import { announce } from './handover.ts'
import { tellNotice } from './notices.ts'
import type { PrimaryDependencies } from './primary-dependencies.ts'
import { Scaling } from './scaling.ts'
import { Upgrade } from './upgrade.ts'
import { wantedWorkers } from './wanted-workers.ts'

/** How long to wait at the end for the last output of workers and for a slow reader of the log. */
const FLUSH_MS = 500

/** Connects the parts of a primary. It makes no decisions about workers. */
export class Primary implements PropaneHandle {
  readonly pid: number = process.pid
  readonly ready: Promise<void>
  readonly done: Promise<PropaneEnd>
  accessories: Accessories
  /** Resolves when all workers are gone; the control socket may still be sending answers. */
  readonly ended: Promise<PropaneEnd>
  readonly #parts: PrimaryDependencies
  readonly #events: Events
  readonly #manager: Manager
  readonly #totals: Totals
  #failure: Error | undefined
  #before: Plan | undefined
  readonly #scaling: Scaling
  readonly #upgrade: Upgrade
  #open = true
  readonly #setEnded: (end: PropaneEnd) => void
  readonly #setDone: (end: PropaneEnd) => void

  constructor(parts: PrimaryDependencies) {
    const { accessories, events, manager } = parts
    this.#parts = parts
    this.accessories = accessories
    this.#events = events
    this.#manager = manager
    this.#totals = new Totals(events)
    this.#scaling = new Scaling(parts)
    this.#upgrade = new Upgrade(parts)
    const ended = Promise.withResolvers<PropaneEnd>()
    this.ended = ended.promise
    this.#setEnded = ended.resolve
    const done = Promise.withResolvers<PropaneEnd>()
    this.done = done.promise
    this.#setDone = done.resolve
    this.ready = new Promise((resolve, reject) => {
      void events.once('settled').then(() => resolve())
      void this.ended.then(() => reject(this.#failure ?? propaneError('propane_stopping')))
    })
    this.ready.catch(() => undefined) // `done` reports the end to those who do not await `ready`
  }

  /** Starts the workers. `handedOver`: this primary takes the place of an older one. */
  start(handedOver: boolean): void {
    void this.#events.once('settled').then(() => this.#settled(handedOver))
    void this.#manager.done.then(code => this.#finish(code))
    this.#manager.start()
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

  /** The desired number of workers. */
  get wanted(): number {
    return this.#manager.pool.desired
  }

  get address(): string {
    return this.#parts.sockets[0]!.address
  }

  get port(): number {
    return this.#parts.sockets[0]!.port ?? 0
  }

  get url(): string {
    return this.port === 0 ? '' : `http://${this.address}`
  }

  get controlPath(): string | undefined {
    return this.#parts.services.controlPath
  }

  status(): PropaneStatus {
    const { source, pool } = this.#manager
    return statusOf(this.#manager, {
      addresses: this.#parts.sockets.map(socket => socket.address),
      app: source.app,
      startedAt: this.#parts.startedAt,
      settled: isSettled(pool),
      totals: this.#totals,
      droppedLogLines: this.#parts.sink.dropped,
    })
  }

  metrics(): string {
    return renderMetrics(this.status())
  }

  async reload(): Promise<PropaneEvents['reloaded']> {
    this.#mustRun()
    try {
      await this.#reread()
    } catch (error) {
      const { pool } = this.#manager
      const { generation } = pool
      pool.lastReload = { generation, ok: false, reason: (error as Error).message }
      this.#events.emit('reload_failed', { generation, reason: (error as Error).message })
      throw propaneError('reload_failed', { reason: (error as Error).message }, { cause: error })
    }
    const from = this.#manager.pool.nextGeneration
    const outcome = this.#events.outcome<PropaneEvents['reloaded']>({
      reloaded: event => (event.generation >= from ? event : undefined),
      reload_failed: ({ generation, reason }) =>
        generation >= from ? propaneError('reload_failed', { reason }) : undefined,
      stopped: () => propaneError('propane_stopping'),
    })
    this.#manager.dispatch({ type: 'reload' })
    return outcome
  }

  async scale(workers: number): Promise<void> {
    this.#mustRun()
    await this.#scaling.to(workers)
  }

  async upgrade(): Promise<{ pid: number }> {
    this.#mustRun()
    return this.#upgrade.run(this.accessories.bootTimeoutMs)
  }

  reopenLogs(): void {
    try {
      this.#parts.sink.reopen()
    } catch (error) {
      this.#parts.log.line('error', `${(error as Error).message} The old one is written on.`)
      throw error
    }
    this.#parts.log.line('info', 'log opened again')
  }

  stop(): Promise<PropaneEnd> {
    const { phase, settings } = this.#manager.pool
    if (phase === 'running' || phase === 'upgrading') {
      if (phase === 'upgrading') this.#upgrade.abandon()
      const { preStopDelayMs: delayMs, drainTimeoutMs } = settings
      this.#manager.tellAll({ type: 'pre_stop' })
      const first = delayMs > 0 ? `readiness fails for ${formatDuration(delayMs)}, then ` : ''
      this.#parts.log.line('info', `stopping: ${first}requests in flight may take ${formatDuration(drainTimeoutMs)}`, {
        delayMs,
      })
      this.#events.emit('stopping', { delayMs })
      this.#manager.dispatch({ type: 'stop' })
    }
    return this.done
  }

  quit(): Promise<PropaneEnd> {
    if (this.#manager.pool.phase === 'upgrading') this.#upgrade.abandon()
    this.#manager.dispatch({ type: 'quit' })
    return this.done
  }

  /** Closes the sockets, unless a successor has them: closing a path would remove it. */
  releaseSockets(): void {
    if (this.#open && !this.#manager.handedOver) {
      for (const socket of this.#parts.sockets) closeSocket(socket)
      this.#parts.sharedPorts.close()
    }
    this.#open = false
  }

  #mustRun(): void {
    if (this.#manager.pool.phase !== 'running') throw propaneError('propane_stopping')
  }

  /** Rereads the accessories; those given directly stay. Throws settings_invalid. */
  async #reread(): Promise<void> {
    const { reread, input } = this.#parts
    if (!reread) return
    const accessories = resolveAccessories({ ...(await reread()) }, { ...input })
    this.#manager.source = { ...this.#manager.source, accessories }
  }

  #settled(handedOver: boolean): void {
    const { pool } = this.#manager
    const took = formatDuration(now() - this.#parts.startedAt)
    const where = this.url || this.address
    this.#parts.log.line('info', `serving on ${where} with ${pool.desired} workers after ${took}`, {
      address: this.address,
    })
    const lines = ['READY=1', `STATUS=${pool.desired} workers serve`]
    if (!handedOver) void this.#parts.systemd.notify(...lines)
    else {
      void announce()
        .then(() => this.#parts.services.open(true))
        .then(() => this.#parts.systemd.notify(...lines))
        .catch((error: Error) => this.#parts.log.line('error', error.message))
    }
    this.#parts.systemd.startWatchdog()
  }

  /** Handles the manager's notices. */
  notice(notice: Notice): void {
    if (notice.notice === 'reload_started') this.#before = this.#manager.plan
    if (notice.notice === 'reloaded') this.#reloaded(notice.generation, notice.tookMs)
    else if (notice.notice === 'gave_up') this.#failure = this.#explain(notice.reason, notice.deaths)
    else tellNotice(notice, this.#manager, this.#events)
  }

  #reloaded(generation: number, tookMs: number): void {
    const { plan, pool } = this.#manager
    const before = this.accessories
    const changed = this.#before ? this.#manager.changesSince(this.#before) : []
    const { needRestart } = changedAccessories(before, plan.accessories)
    this.accessories = plan.accessories
    pool.settings = poolSettings(plan.accessories)
    if (before.workers !== plan.accessories.workers) {
      this.#scaling.follow(Math.max(1, wantedWorkers(plan.accessories).workers))
    }
    const release = plan.release.id
    this.#events.emit('reloaded', { generation, release, workers: pool.desired, tookMs, changed, needRestart })
  }

  #explain(reason: string, deaths: number): Error {
    if (reason === SOCKET_TAKEN) return inUse(this.address, this.port || undefined)
    const { crashLoopWindowMs, crashLoopDeaths } = this.#manager.pool.settings
    if (deaths < crashLoopDeaths) return propaneError('app_failed', { reason })
    return propaneError('crash_loop', { deaths, window: formatDuration(crashLoopWindowMs), reason })
  }

  async #finish(code: number): Promise<void> {
    const reason = this.#failure?.message
    const stack = code === 0 ? undefined : this.#manager.stackOf(this.#manager.pool.generation)
    await this.#parts.output.ended(FLUSH_MS)
    const end = { code, ...(reason !== undefined && { reason }) }
    this.#events.emit('stopped', { ...end, ...(stack !== undefined && { stack }) })
    this.#setEnded(end)
    this.releaseSockets()
    if (!this.#manager.handedOver) await this.#parts.services.close()
    await this.#parts.sink.flush(FLUSH_MS)
    this.#setDone(end)
  }
}

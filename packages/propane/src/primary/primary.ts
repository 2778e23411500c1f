import { type Accessories, type AccessoryInput, changedAccessories, resolveAccessories } from '../accessories.ts'
import { now } from '../clock.ts'
import { runCommand } from '../control/control-commands.ts'
import { propaneError } from '../errors.ts'
import { Events, type PropaneEvents } from '../events.ts'
import { inheritedExecArgv } from '../exec-argv.ts'
import { Log, LogSink } from '../observation/log.ts'
import { renderMetrics } from '../observation/metrics.ts'
import { report } from '../observation/reporter.ts'
import { type PropaneStatus, statusOf } from '../observation/status.ts'
import { Totals } from '../observation/totals.ts'
import type { Notice } from '../pool/apply.ts'
import { Manager } from '../pool/manager.ts'
import { makePlan, type Plan } from '../pool/plan.ts'
import { isSettled } from '../pool/pool.ts'
import { limitOf, poolSettings } from '../pool/pool-settings.ts'
import type { PropaneEnd, PropaneHandle } from '../propane.ts'
import { logicalCwd, logicalPath } from '../release.ts'
import { adoptAll, bind, inUse } from '../system/bind.ts'
import { defaultWorkers } from '../system/container.ts'
import { resolveIds } from '../system/identities.ts'
import { endsContainer } from '../system/init-process.ts'
import type { ListeningSocket } from '../system/listening-socket.ts'
import { activatedSockets, ServiceNotifier, tellSystemd } from '../system/systemd.ts'
import { formatDuration } from '../units.ts'
import { SOCKET_TAKEN } from '../worker/messages.ts'
import { announce, handedOver, Successor } from './handover.ts'
import { tellNotice } from './notices.ts'
import { Services } from './services.ts'
import { WorkerOutput } from './worker-output.ts'

export interface PrimaryOptions {
  app: string
  execArgv: readonly string[] | undefined
  env: NodeJS.ProcessEnv | undefined
  reread: (() => AccessoryInput | Promise<AccessoryInput>) | undefined
  input: AccessoryInput
}

/** Wires the parts of a primary: sockets, manager, log, services, systemd. It decides nothing about workers. */
export class Primary extends Events implements PropaneHandle {
  readonly pid: number = process.pid
  readonly ready: Promise<void>
  readonly done: Promise<PropaneEnd>
  accessories: Accessories
  readonly #options: PrimaryOptions
  readonly #totals: Totals = new Totals(this)
  readonly #sink: LogSink
  readonly #log: Log
  readonly #output: WorkerOutput
  readonly #systemd: ServiceNotifier
  readonly #startedAt = now()
  #manager!: Manager
  #services!: Services
  #sockets: ListeningSocket[] = []
  #failure: Error | undefined
  #before: Plan | undefined
  #successor: Successor | undefined
  #open = true
  /** All workers are gone; answers of the control socket may still be on their way. */
  readonly #ended: Promise<PropaneEnd>
  #setEnded!: (end: PropaneEnd) => void
  #setDone!: (end: PropaneEnd) => void

  constructor(options: PrimaryOptions, accessories: Accessories) {
    super()
    this.#options = options
    this.accessories = accessories
    const { logFormat, logFile } = accessories
    const json = logFormat === 'json' || (logFormat === 'auto' && !(logFile === '' && process.stdout.isTTY))
    this.#sink = new LogSink(logFile)
    this.#log = new Log(this.#sink, json)
    this.#output = new WorkerOutput(this.#sink, json)
    this.#systemd = new ServiceNotifier(problem => this.#log.line('warn', problem))
    report(this, this.#log)
    tellSystemd(this, this.#systemd)
    this.#ended = new Promise(resolve => {
      this.#setEnded = resolve
    })
    this.done = new Promise(resolve => {
      this.#setDone = resolve
    })
    this.ready = new Promise((resolve, reject) => {
      void this.once('settled').then(() => resolve())
      void this.#ended.then(() => reject(this.#failure ?? propaneError('stopping')))
    })
    this.ready.catch(() => undefined) // whoever does not wait for it hears of the end through `done`
  }

  async start(): Promise<void> {
    const { accessories } = this
    const handover = handedOver()
    const fds = handover?.fds ?? activatedSockets()
    const workers = handover ? { workers: handover.workers, reason: 'as before' } : wantedWorkers(accessories)
    const ids = resolveIds(accessories.user, accessories.group)
    const app = logicalPath(this.#options.app)
    const source = { app, accessories, env: this.#options.env ?? process.env, cwd: logicalCwd() }
    const plan = makePlan(source)
    this.#sockets = fds.length > 0 ? adoptAll(fds) : await bind(accessories)
    this.#services = new Services({
      ...{ accessories, app, at: this.port || this.address },
      command: request => runCommand(this, request, this.#ended),
      metrics: () => this.metrics(),
      warn: message => this.#log.line('warn', message),
    })
    try {
      if (!handover) await this.#services.open(false)
      this.#manager = new Manager({
        ...{ source, plan, sockets: this.#sockets, ids, events: this },
        ...{ desired: Math.max(1, workers.workers), settings: poolSettings(accessories) },
        generation: (handover?.generation ?? 0) + 1,
        execArgv: this.#options.execArgv ?? inheritedExecArgv(),
        output: (worker, chunk, stream) => this.#output.push(worker, chunk, stream),
        notice: notice => this.#notice(notice),
        letGo: () => this.#letGo(),
      })
      const { bootTimeout, drainTimeout, killTimeout } = accessories
      const times = `boot ${formatDuration(bootTimeout)}, drain ${formatDuration(drainTimeout)}, kill ${formatDuration(killTimeout)}`
      this.#log.line('info', `starting ${this.#manager.pool.desired} workers (${workers.reason}); times: ${times}`, {
        ...{ address: this.address, workers: this.#manager.pool.desired, bootTimeout, drainTimeout, killTimeout },
      })
      void this.once('settled').then(() => this.#settled(handover !== undefined))
      void this.#manager.done.then(code => this.#finish(code))
      this.#manager.start()
    } catch (error) {
      for (const socket of this.#sockets) socket.handle.close()
      await this.#services.close()
      throw error
    }
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

  get controlPath(): string | undefined {
    return this.#services.controlPath
  }

  status(): PropaneStatus {
    const { source, pool } = this.#manager
    const addresses = this.#sockets.map(socket => socket.address)
    return statusOf(this.#manager, addresses, source.app, this.#startedAt, isSettled(pool))
  }

  metrics(): string {
    return renderMetrics(this.status(), this.#totals.read())
  }

  async reload(): Promise<PropaneEvents['reloaded']> {
    this.#mustRun()
    try {
      await this.#reread()
    } catch (error) {
      const { pool } = this.#manager
      const { generation } = pool
      pool.lastReload = { generation, ok: false, reason: (error as Error).message }
      this.emit('reload_failed', { generation, reason: (error as Error).message })
      throw propaneError('reload_failed', { reason: (error as Error).message }, { cause: error })
    }
    const from = this.#manager.pool.nextGeneration
    const outcome = this.outcome<PropaneEvents['reloaded']>({
      reloaded: event => (event.generation >= from ? event : undefined),
      reload_failed: ({ generation, reason }) =>
        generation >= from ? propaneError('reload_failed', { reason }) : undefined,
      stopped: () => propaneError('stopping'),
    })
    this.#manager.dispatch({ type: 'reload' })
    return outcome
  }

  async scale(workers: number): Promise<void> {
    this.#mustRun()
    const { pool } = this.#manager
    const desired = Math.min(1024, Math.max(1, Math.round(workers)))
    const complete = ![...pool.slots.values()].some(slot => slot.parked)
    if (pool.desired === desired && complete && isSettled(pool)) return
    const outcome = this.outcome<true>({
      settled: () => true,
      boot_failed: ({ reason }) => propaneError('command_failed', { reason }),
      stopped: () => propaneError('stopping'),
    })
    if (pool.desired !== desired) this.emit('scaled', { workers: desired })
    this.#manager.dispatch({ type: 'scale', desired })
    // Where only a slot goes that was given up, nothing happens that could be waited for.
    if (isSettled(pool)) this.emit('settled', { workers: pool.workers.length, generation: pool.generation })
    await outcome
  }

  async upgrade(): Promise<{ pid: number }> {
    this.#mustRun()
    const { pool } = this.#manager
    try {
      if (endsContainer()) throw new Error('the first process of a container cannot be replaced; replace the container')
      if (pool.reload) throw new Error('a reload is under way')
      this.#manager.dispatch({ type: 'upgrade' })
      const fds = this.#sockets.map(socket => socket.fd)
      this.#successor = new Successor(
        fds,
        { generation: pool.nextGeneration - 1, workers: pool.desired },
        this.#manager.source.cwd,
        limitOf(2 * this.accessories.bootTimeout),
      )
      await this.#successor.up
    } catch (cause) {
      this.#successor = undefined
      const reason = (cause as Error).message
      this.#manager.dispatch({ type: 'upgrade_failed' })
      this.emit('upgrade_failed', { reason })
      throw propaneError('upgrade_failed', { reason }, { cause })
    }
    const { pid } = this.#successor
    this.#manager.handedOver = true
    await this.#services.stepBack()
    this.#successor.go()
    this.emit('upgraded', { pid })
    this.#manager.dispatch({ type: 'stop', delay: 0 })
    return { pid }
  }

  reopenLogs(): void {
    try {
      this.#sink.reopen()
    } catch (error) {
      this.#log.line('error', `${(error as Error).message} The old one is written on.`)
      throw error
    }
    this.#log.line('info', 'log opened again')
  }

  stop(): Promise<PropaneEnd> {
    const { phase, settings } = this.#manager.pool
    if (phase === 'running' || phase === 'upgrading') {
      if (phase === 'upgrading') this.#successor?.abandon()
      const { preStopDelay: delayMs, drainTimeout } = settings
      this.#manager.tellAll({ type: 'pre_stop' })
      const first = delayMs > 0 ? `readiness fails for ${formatDuration(delayMs)}, then ` : ''
      this.#log.line('info', `stopping: ${first}requests in flight may take ${formatDuration(drainTimeout)}`, {
        delayMs,
      })
      this.emit('stopping', { delayMs })
      this.#manager.dispatch({ type: 'stop' })
    }
    return this.done
  }

  quit(): Promise<PropaneEnd> {
    if (this.#manager.pool.phase === 'upgrading') this.#successor?.abandon()
    this.#manager.dispatch({ type: 'quit' })
    return this.done
  }

  /** Closes the sockets, unless a successor has them: closing a path would remove it. */
  #letGo(): void {
    if (this.#open && !this.#manager.handedOver) for (const socket of this.#sockets) socket.handle.close()
    this.#open = false
  }

  #mustRun(): void {
    if (this.#manager.pool.phase !== 'running') throw propaneError('stopping')
  }

  /** The accessories as they are now; those that were given directly stay. Throws settings_invalid. */
  async #reread(): Promise<void> {
    const { reread, input } = this.#options
    if (!reread) return
    const accessories = resolveAccessories({ ...(await reread()) }, { ...input })
    this.#manager.source = { ...this.#manager.source, accessories }
  }

  #settled(handedOver: boolean): void {
    const { pool } = this.#manager
    const took = formatDuration(now() - this.#startedAt)
    const where = this.url || this.address
    this.#log.line('info', `serving on ${where} with ${pool.desired} workers after ${took}`, { address: this.address })
    const lines = ['READY=1', `STATUS=${pool.desired} workers serve`]
    if (!handedOver) void this.#systemd.notify(...lines)
    else {
      void announce()
        .then(() => this.#services.open(true))
        .then(() => this.#systemd.notify(`MAINPID=${process.pid}`, ...lines))
        .catch((error: Error) => this.#log.line('error', error.message))
    }
    this.#systemd.startWatchdog()
  }

  #notice(notice: Notice): void {
    if (notice.notice === 'reload_started') this.#before = this.#manager.plan
    if (notice.notice === 'reloaded') this.#reloaded(notice.generation, notice.tookMs)
    else if (notice.notice === 'gave_up') this.#failure = this.#explain(notice.reason, notice.deaths)
    else tellNotice(notice, this.#manager, this)
  }

  #reloaded(generation: number, tookMs: number): void {
    const { plan, pool } = this.#manager
    const before = this.accessories
    const changed = this.#before ? this.#manager.changesSince(this.#before) : []
    const { needRestart } = changedAccessories(before, plan.accessories)
    this.accessories = plan.accessories
    pool.settings = poolSettings(plan.accessories)
    if (before.workers !== plan.accessories.workers) {
      const { workers } = wantedWorkers(plan.accessories)
      this.#manager.dispatch({ type: 'scale', desired: Math.max(1, workers) })
    }
    const release = plan.release.id
    this.emit('reloaded', { generation, release, workers: pool.desired, tookMs, changed, needRestart })
  }

  #explain(reason: string, deaths: number): Error {
    const { crashLoopWindow, crashLoopDeaths } = this.#manager.pool.settings
    if (reason === SOCKET_TAKEN) return inUse(this.address, this.port || undefined)
    if (deaths < crashLoopDeaths) return propaneError('app_failed', { reason })
    return propaneError('crash_loop', { deaths, window: formatDuration(crashLoopWindow), reason })
  }

  async #finish(code: number): Promise<void> {
    const reason = this.#failure?.message
    const stack = code === 0 ? undefined : this.#manager.stackOf(this.#manager.pool.generation)
    await this.#output.ended(500)
    const end = { code, ...(reason !== undefined && { reason }) }
    this.emit('stopped', { ...end, ...(stack !== undefined && { stack }) })
    this.#setEnded(end)
    this.#letGo()
    if (!this.#manager.handedOver) await this.#services.close()
    this.#setDone(end)
  }
}

function wantedWorkers({ workers }: Accessories): { workers: number; reason: string } {
  return workers === 'auto' ? defaultWorkers() : { workers, reason: 'as configured' }
}

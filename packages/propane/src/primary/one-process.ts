import type { AccessoryInput } from '../accessories.ts'
import { resolveAccessories } from '../accessories.ts'
import { takeSignals } from '../command-line/early-signals.ts'
import { propaneError } from '../errors.ts'
import { Log, LogSink } from '../observation/log.ts'
import { makePlan, workerEnv, workerOptions } from '../pool/plan.ts'
import { poolSettings } from '../pool/pool-settings.ts'
import { type FromWorker, SOCKET_TAKEN, type ToWorker } from '../protocol.ts'
import { logicalCwd, logicalPath } from '../release.ts'
import { inUse } from '../system/bind.ts'
import { become, identityEnv, resolveIdentity } from '../system/identities.ts'
import { backlogOf, isKept } from '../system/listening-socket.ts'
import { gateSignals } from '../system/signal-gate.ts'
import { ServiceNotifier } from '../system/systemd.ts'
import { formatDuration } from '../units.ts'
import { explainError } from '../worker/explain-error.ts'
import { type Channel, Worker } from '../worker/worker.ts'
import { openSockets } from './open-sockets.ts'

export interface OneProcessOptions {
  app: string
  /** Arguments for the application. */
  args?: readonly string[] | undefined
  input: AccessoryInput
  /** Default: this process's. */
  env?: NodeJS.ProcessEnv | undefined
}

/**
 * `workers: 0`: runs the application in this process, with the same socket, probe, draining and signals, but without
 * anything that needs a second process (reload, respawn, recycling, hang detection). For containers whose orchestrator
 * does that. Exits the process: 0 after a graceful stop, 1 if the application cannot start.
 *
 * @throws the errors of `createPropane` that occur before anything starts
 */
export async function runInOneProcess(options: OneProcessOptions): Promise<never> {
  const { app, args = [], input, env = process.env } = options
  const accessories = resolveAccessories(input)
  const { logFile, logFormat } = accessories
  const json = logFormat === 'json' || (logFormat === 'auto' && !process.stdout.isTTY)
  const log = new Log(new LogSink(logFile), json)
  const systemd = new ServiceNotifier(problem => log.line('warn', problem))
  const given = { app: logicalPath(app), args, accessories, env, cwd: logicalCwd() }
  makePlan({ ...given, port: 0 }) // finds problems before anything is bound
  const { sockets } = await openSockets(accessories)
  const plan = makePlan({ ...given, port: sockets[0]!.port ?? 0 })
  const identity = { id: 1, slot: 1, generation: 1 }
  const account = resolveIdentity(accessories.user, accessories.group)
  become(account)
  if (accessories.umask !== '') process.umask(Number.parseInt(accessories.umask, 8))
  Object.assign(process.env, workerEnv(plan, identity), identityEnv(account))
  process.argv.splice(1, process.argv.length, plan.release.file, ...args) // as if Node.js ran it alone

  let tell: (message: ToWorker, handle: (typeof sockets)[number]['handle'] | undefined) => void = () => undefined
  const heard = (message: FromWorker) => {
    if (message.type === 'ready') {
      for (const [index, socket] of sockets.entries()) {
        const backlog = backlogOf(socket, accessories.listenBacklog)
        tell({ type: 'listen', index, of: sockets.length, backlog }, socket.handle)
      }
    } else if (message.type === 'serving') {
      log.line('info', `serving on ${sockets[0]!.address} in one process`, { address: sockets[0]!.address })
      void systemd.notify('READY=1', 'STATUS=Serving in one process')
      systemd.startWatchdog()
    } else if (message.type === 'failed') log.line('error', describe(message.reason), { stack: message.stack })
    else if (message.type === 'drained') log.line('info', 'stopped', { cut: message.cut, tookMs: message.tookMs })
  }
  const describe = (reason: string) => {
    const [socket] = sockets
    if (reason === SOCKET_TAKEN) return inUse(socket!.address, socket!.port).message
    return propaneError('app_failed', { reason }).message
  }
  const channel: Channel = {
    shares: false,
    say: heard,
    listen: onMessage => {
      tell = onMessage
    },
    hold: () => undefined,
  }
  const worker = new Worker({ ...workerOptions(plan, identity), maxConnections: 0 }, channel)

  let stopping = false
  const stop = () => {
    if (stopping || !worker.serves) process.exit(0)
    stopping = true
    const { preStopDelayMs } = poolSettings(accessories)
    tell({ type: 'pre_stop' }, undefined)
    void systemd.notify('STOPPING=1')
    log.line('info', `stopping: requests in flight may take ${formatDuration(accessories.drainTimeoutMs)}`)
    const last = !sockets.some(isKept)
    setTimeout(() => void worker.drain(accessories.drainTimeoutMs, accessories.idleWindowMs, last), preStopDelayMs)
  }
  gateSignals({
    // During the stop, the application sends it to end itself, as it would without propane.
    SIGTERM: () => (stopping ? void worker.drain() : stop()),
    SIGINT: stop,
  })
  process.on('SIGQUIT', () => process.exit(0))
  process.on('SIGHUP', () => log.line('warn', 'HUP does nothing with workers = 0: restart the process instead'))

  for (const name of takeSignals()) process.emit(name, name)

  try {
    await worker.boot()
  } catch (error) {
    heard({ type: 'failed', ...explainError(error) })
    process.exit(1)
  }
  return new Promise<never>(() => undefined)
}

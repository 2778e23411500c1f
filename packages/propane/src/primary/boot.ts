import type { Accessories, AccessoryInput } from '../accessories.ts'
import { now } from '../clock.ts'
import { runCommand } from '../control/control-commands.ts'
import { Log, LogSink } from '../observation/log.ts'
import { report } from '../observation/reporter.ts'
import { inheritedExecArgv } from '../pool/exec-argv.ts'
import { Manager } from '../pool/manager.ts'
import { makePlan } from '../pool/plan.ts'
import { poolSettings } from '../pool/pool-settings.ts'
import { Events } from '../propane-events.ts'
import { logicalCwd, logicalPath } from '../release.ts'
import { resolveIdentity } from '../system/identities.ts'
import { closeSocket } from '../system/listening-socket.ts'
import { ServiceNotifier, tellSystemd } from '../system/systemd.ts'
import { formatDuration } from '../units.ts'
import { checkWorkers } from './check-workers.ts'
import { handedOver } from './handover.ts'
import { openSockets } from './open-sockets.ts'
import { Primary } from './primary.ts'
import { Services } from './services.ts'
import { wantedWorkers } from './wanted-workers.ts'
import { WorkerOutput } from './worker-output.ts'

export interface PrimaryOptions {
  app: string
  args: readonly string[] | undefined
  execArgv: readonly string[] | undefined
  env: NodeJS.ProcessEnv | undefined
  reread: (() => AccessoryInput | Promise<AccessoryInput>) | undefined
  input: AccessoryInput
}

/**
 * Creates the parts of a primary in order (log, sockets, services, manager) and starts its workers. If one of them fails,
 * nothing stays open.
 */
export async function bootPrimary(options: PrimaryOptions, accessories: Accessories): Promise<Primary> {
  const startedAt = now()
  const events = new Events()
  const logging = openLog(accessories, events)
  const { log, output } = logging
  const handover = handedOver()
  const workers = handover ? { workers: handover.workers, reason: 'as before' } : wantedWorkers(accessories)
  if (!handover) checkWorkers(Math.max(1, workers.workers), [])
  const identity = resolveIdentity(accessories.user, accessories.group)
  const app = logicalPath(options.app)
  const { args = [], env = process.env } = options
  const given = { app, args, accessories, env, cwd: logicalCwd() }
  makePlan({ ...given, port: 0 }) // finds problems before anything is bound
  const { sockets, sharedPorts } = await openSockets(accessories, handover)
  const source = { ...given, port: sockets[0]!.port ?? 0 }
  const plan = makePlan(source)
  const services = new Services({
    accessories,
    app,
    at: sockets[0]!.port || sockets[0]!.address,
    command: request => runCommand(primary, request, primary.ended),
    metrics: () => primary.metrics(),
    warn: message => log.line('warn', message),
  })
  const manager = new Manager({
    source,
    plan,
    sockets,
    sharedPorts,
    identity,
    events,
    desired: Math.max(1, workers.workers),
    settings: poolSettings(accessories),
    generation: (handover?.generation ?? 0) + 1,
    execArgv: options.execArgv ?? inheritedExecArgv(),
    output: (worker, chunk, stream) => output.push(worker, chunk, stream),
    notice: notice => primary.notice(notice),
    releaseSockets: () => primary.releaseSockets(),
  })
  const { reread, input } = options
  const parts = { accessories, reread, input, events, ...logging, sockets, sharedPorts, services, manager, startedAt }
  // The callbacks above are not called before the start.
  const primary = new Primary(parts)
  try {
    // An older primary holds them until it steps back.
    if (!handover) await services.open(false)
    logStart(log, primary, workers.reason)
    primary.start(handover !== undefined)
    return primary
  } catch (error) {
    for (const socket of sockets) closeSocket(socket)
    sharedPorts.close()
    manager.dispose()
    await services.close()
    throw error
  }
}

/** Creates the log and what writes to it. */
function openLog(accessories: Accessories, events: Events) {
  const { logFormat, logFile } = accessories
  const json = logFormat === 'json' || (logFormat === 'auto' && !(logFile === '' && process.stdout.isTTY))
  const sink = new LogSink(logFile)
  const log = new Log(sink, json)
  const systemd = new ServiceNotifier(problem => log.line('warn', problem))
  report(events, log)
  tellSystemd(events, systemd)
  return { sink, log, output: new WorkerOutput(sink, json), systemd }
}

function logStart(log: Log, { accessories, address, wanted }: Primary, reason: string): void {
  const { bootTimeoutMs, drainTimeoutMs, killTimeoutMs } = accessories
  const times = [`boot ${formatDuration(bootTimeoutMs)}`, `drain ${formatDuration(drainTimeoutMs)}`]
  times.push(`kill ${formatDuration(killTimeoutMs)}`)
  const members = { address, workers: wanted, bootTimeoutMs, drainTimeoutMs, killTimeoutMs }
  log.line('info', `starting ${wanted} workers (${reason}); times: ${times.join(', ')}`, members)
}

import type { Accessories, AccessoryInput } from '../accessories.ts'
import type { Log, LogSink } from '../observation/log.ts'
import type { Manager } from '../pool/manager.ts'
import type { SharedPorts } from '../pool/shared-ports.ts'
import type { Events } from '../propane-events.ts'
import type { ListeningSocket } from '../system/listening-socket.ts'
import type { ServiceNotifier } from '../system/systemd.ts'
import type { Services } from './services.ts'
import type { WorkerOutput } from './worker-output.ts'

/** The parts of a primary; see `bootPrimary`. */
export interface PrimaryDependencies {
  accessories: Accessories
  reread: (() => AccessoryInput | Promise<AccessoryInput>) | undefined
  /** The accessories given directly; they override those reread from a file. */
  input: AccessoryInput
  events: Events
  sink: LogSink
  log: Log
  output: WorkerOutput
  systemd: ServiceNotifier
  sockets: readonly ListeningSocket[]
  sharedPorts: SharedPorts
  services: Services
  manager: Manager
  startedAt: number
}

import type { Accessories, AccessoryInput } from './accessories.ts'
import type { PropaneStatus } from './observation/status.ts'
import type { PropaneEventName, PropaneEvents } from './propane-events.ts'

/** What {@link createPropane} takes: the application, and the accessories in any form their kind understands. */
export interface PropaneOptions extends AccessoryInput {
  /** Path of the application's module. */
  app: string
  /** Arguments for the application: what its module finds in `process.argv` behind its own path. Default: none. */
  args?: readonly string[] | undefined
  /** Arguments of Node.js for the workers. Default: those of this process that make sense for them. */
  execArgv?: readonly string[] | undefined
  /** Environment of the workers. Default: that of this process. */
  env?: NodeJS.ProcessEnv | undefined
  /** Reads the accessories again on a reload, where they come from a file; those given here outrank them. */
  reread?: (() => AccessoryInput | Promise<AccessoryInput>) | undefined
}

/** How it ended: 0 after a clean stop, 1 after a failure, with its reason. */
export interface PropaneEnd {
  code: number
  reason?: string
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
  /** Path of the control socket; undefined where it is turned off. */
  readonly controlPath: string | undefined
  /** Settles once every worker serves; rejects with app_failed or crash_loop when none ever will. */
  readonly ready: Promise<void>
  /** When everything has ended. */
  readonly done: Promise<PropaneEnd>
  on<Name extends PropaneEventName>(name: Name, listener: (event: PropaneEvents[Name]) => void): this
  off<Name extends PropaneEventName>(name: Name, listener: (event: PropaneEvents[Name]) => void): this
  /** The next event of this name that `accept` takes. */
  once<Name extends PropaneEventName>(
    name: Name,
    accept?: (event: PropaneEvents[Name]) => boolean,
  ): Promise<PropaneEvents[Name]>
  status(): PropaneStatus
  /** Prometheus text. */
  metrics(): string
  /** Rolling reload: resolves when only the new generation is left. Throws reload_failed; the old workers then stay. */
  reload(): Promise<PropaneEvents['reloaded']>
  /**
   * Resolves when so many workers serve, from 1 to 1024.
   *
   * @throws command_failed where they cannot, too_many_workers where memory has no room for them
   */
  scale(workers: number): Promise<void>
  /**
   * Starts this program's command line again and hands the sockets over to it. Resolves with the new process id once it
   * serves; this process then drains and ends. Throws upgrade_failed; everything then stays as it is.
   */
  upgrade(): Promise<{ pid: number }>
  /** Opens the log file again. */
  reopenLogs(): void
  /** Graceful stop; resolves with the end. */
  stop(): Promise<PropaneEnd>
  /** Kills the workers at once; resolves with the end. */
  quit(): Promise<PropaneEnd>
}

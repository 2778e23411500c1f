import { type OptionTable, option, readOptions } from '@arlen/core/options'
import { ACCESSORIES, type Accessories, type AccessoryInput } from './accessories.ts'
import type { PropaneStatus } from './observation/status.ts'
import type { PropaneEventName, PropaneEvents } from './propane-events.ts'

/** The options of {@link createPropane}: the application, and the accessories in any accepted form. */
export interface PropaneOptions extends AccessoryInput {
  /** Path of the application's module. */
  app: string
  /** Arguments for the application, found in `process.argv` after its own path. Default: none. */
  args?: readonly string[] | undefined
  /** Node.js options for the workers. Default: those of this process that apply to workers. */
  execArgv?: readonly string[] | undefined
  /** Environment of the workers. Default: that of this process. */
  env?: NodeJS.ProcessEnv | undefined
  /** Rereads the accessories on a reload, for example from a file. Those given here override them. */
  reread?: (() => AccessoryInput | Promise<AccessoryInput>) | undefined
}

/**
 * Checks the names of the given options. The values of the accessories among them are validated together with those from
 * files and the environment.
 *
 * @throws option_unknown, option_invalid
 */
export function readPropaneOptions(given: PropaneOptions): PropaneOptions {
  return readOptions('createPropane()', given, OPTIONS)
}

const OPTIONS = {
  ...Object.fromEntries(Object.keys(ACCESSORIES).map(name => [name, option.any])),
  app: option.required(option.text),
  args: option.listOf(option.string),
  execArgv: option.listOf(option.string),
  env: option.object,
  reread: option.func,
} as OptionTable<PropaneOptions>

/** How propane ended: 0 after a clean stop, 1 after a failure, with the reason. */
export interface PropaneEnd {
  code: number
  reason?: string
}

/** A running propane. */
export interface PropaneHandle {
  readonly pid: number
  /** In readable form: `127.0.0.1:3000`, or the path of a unix socket. */
  readonly address: string
  /** The port of a TCP socket. */
  readonly port: number
  /** `http://127.0.0.1:3000`; empty for a unix socket. */
  readonly url: string
  readonly accessories: Accessories
  /** Path of the control socket; undefined if it is off. */
  readonly controlPath: string | undefined
  /** Resolves once every worker serves; rejects with app_failed or crash_loop if none ever will. */
  readonly ready: Promise<void>
  /** Resolves when everything has ended. */
  readonly done: Promise<PropaneEnd>
  on<Name extends PropaneEventName>(name: Name, listener: (event: PropaneEvents[Name]) => void): this
  off<Name extends PropaneEventName>(name: Name, listener: (event: PropaneEvents[Name]) => void): this
  /** Resolves with the next event of this name that `accept` accepts. */
  once<Name extends PropaneEventName>(
    name: Name,
    accept?: (event: PropaneEvents[Name]) => boolean,
  ): Promise<PropaneEvents[Name]>
  status(): PropaneStatus
  /** Metrics in the Prometheus text format. */
  metrics(): string
  /** Rolling reload: resolves when only the new generation is left. Throws reload_failed; the old workers then stay. */
  reload(): Promise<PropaneEvents['reloaded']>
  /**
   * Sets the number of workers, from 1 to 1024, and resolves when they serve.
   *
   * @throws command_failed if they cannot start, memory_insufficient if there is not enough memory
   */
  scale(workers: number): Promise<void>
  /**
   * Starts this program's command line again and passes the sockets to it. Resolves with the new process id once it serves;
   * this process then drains and ends. Throws upgrade_failed, in which case nothing changes.
   */
  upgrade(): Promise<{ pid: number }>
  /** Reopens the log file. */
  reopenLogs(): void
  /** Graceful stop; resolves with the end. */
  stop(): Promise<PropaneEnd>
  /** Kills the workers immediately; resolves with the end. */
  quit(): Promise<PropaneEnd>
}

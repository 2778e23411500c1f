import { EventEmitter } from 'node:events'
import type { Reason } from './pool/pool.ts'
import type { WorkerStats } from './protocol.ts'

/** The worker that an event is about. */
export interface WorkerEvent {
  /** Unique for the life of the primary. */
  id: number
  /** From 1 to the number of workers. */
  slot: number
  generation: number
  pid: number
}

/** The events of a {@link PropaneHandle} by name. */
export interface PropaneEvents {
  spawn: WorkerEvent
  /** The worker accepts connections. */
  ready: WorkerEvent & { bootMs: number; release: string }
  heartbeat: WorkerEvent & { stats: WorkerStats }
  /** Its event loop was blocked for this long and has resumed. */
  blocked: WorkerEvent & { forMs: number }
  /** It is close to its limit of open descriptors and accepts no connections until some are closed. */
  descriptors_scarce: WorkerEvent & { limit: number }
  /** The worker was asked to finish its requests and stop. */
  drain: WorkerEvent & { reason: Reason; stats: WorkerStats }
  /** It has drained; this many connections were cut at the end of the drain time. */
  drained: WorkerEvent & { tookMs: number; cut: number }
  /** It was sent a signal, because it hangs or takes too long. */
  signal: WorkerEvent & { signal: 'SIGTERM' | 'SIGKILL'; reason: Reason; silentMs: number }
  exit: WorkerEvent & { code: number | null; signal: NodeJS.Signals | null; expected: boolean; reason?: Reason }
  /** A serving worker exited unexpectedly. */
  crashed: WorkerEvent & { how: string; respawnInMs: number }
  boot_failed: WorkerEvent & { reason: string; respawnInMs: number; first: boolean }
  /** A slot stays empty until the next reload, because its workers keep dying before they are ready. */
  parked: { slot: number; reason: string }
  reload_started: { generation: number }
  /** Only the new generation is left. `changed` names accessories and environment variables, never values. */
  reloaded: {
    generation: number
    release: string
    workers: number
    tookMs: number
    changed: string[]
    needRestart: string[]
  }
  reload_failed: { generation: number; reason: string; stack?: string }
  scaled: { workers: number }
  /** All desired workers serve, and no others are left. */
  settled: { workers: number; generation: number }
  upgraded: { pid: number }
  upgrade_failed: { reason: string }
  stopping: { delayMs: number }
  stopped: { code: number; reason?: string; stack?: string }
}

/** The name of an event of propane. */
export type PropaneEventName = keyof PropaneEvents

/** Typed events that can be awaited. */
export class Events {
  readonly #emitter: EventEmitter = new EventEmitter().setMaxListeners(0)

  on<Name extends PropaneEventName>(name: Name, listener: (event: PropaneEvents[Name]) => void): this {
    this.#emitter.on(name, listener)
    return this
  }

  off<Name extends PropaneEventName>(name: Name, listener: (event: PropaneEvents[Name]) => void): this {
    this.#emitter.off(name, listener)
    return this
  }

  /** Resolves with the next event of this name that `accept` accepts. */
  once<Name extends PropaneEventName>(
    name: Name,
    accept: (event: PropaneEvents[Name]) => boolean = () => true,
  ): Promise<PropaneEvents[Name]> {
    return new Promise(resolve => {
      const listener = (event: PropaneEvents[Name]) => {
        if (!accept(event)) return
        this.#emitter.off(name, listener)
        resolve(event)
      }
      this.#emitter.on(name, listener)
    })
  }

  /**
   * Settles with the first event whose evaluation returns a result: a value resolves, an Error rejects, undefined keeps
   * waiting. Removes its listeners.
   */
  outcome<T>(
    evaluations: { [Name in PropaneEventName]?: (event: PropaneEvents[Name]) => T | Error | undefined },
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      const listeners = Object.entries(evaluations).map(([name, evaluate]) => {
        const listener = (event: unknown) => {
          const result = (evaluate as (event: unknown) => T | Error | undefined)(event)
          if (result === undefined) return
          for (const [other, each] of listeners) this.#emitter.off(other, each)
          if (result instanceof Error) reject(result)
          else resolve(result)
        }
        return [name, listener] as const
      })
      for (const [name, listener] of listeners) this.#emitter.on(name, listener)
    })
  }

  emit<Name extends PropaneEventName>(name: Name, event: PropaneEvents[Name]): void {
    this.#emitter.emit(name, event)
  }
}

import type { LogSink } from '../observation/log.ts'
import { LineMerger } from '../observation/log-merge.ts'
import type { WorkerEvent } from '../propane-events.ts'

type Stream = 'stdout' | 'stderr'

/** Merges the output of the workers, line by line, into one log. */
export class WorkerOutput {
  readonly #sink: LogSink
  readonly #json: boolean
  readonly #mergers = new Map<string, LineMerger>()
  #onEmpty: () => void = () => undefined

  constructor(sink: LogSink, json: boolean) {
    this.#sink = sink
    this.#json = json
  }

  /** Adds a chunk of a worker's stream; undefined for its end. */
  push(worker: WorkerEvent, chunk: Buffer | undefined, stream: Stream): void {
    const key = `${worker.id} ${stream}`
    let merger = this.#mergers.get(key)
    if (chunk === undefined) {
      merger?.flush()
      this.#mergers.delete(key)
      if (this.#mergers.size === 0) this.#onEmpty()
      return
    }
    if (!merger) {
      merger = this.#merger(worker, stream === 'stdout' ? 'info' : 'error')
      this.#mergers.set(key, merger)
    }
    merger.push(chunk)
  }

  /** Resolves when every stream has ended or at the deadline, since a worker's child may hold one open. */
  ended(deadlineMs: number): Promise<void> {
    if (this.#mergers.size === 0) return Promise.resolve()
    return new Promise(resolve => {
      const timer = setTimeout(resolve, deadlineMs)
      this.#onEmpty = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  #merger(worker: WorkerEvent, level: string): LineMerger {
    const wrap = (msg: string) =>
      JSON.stringify({ level, time: new Date().toISOString(), worker: worker.slot, pid: worker.pid, msg })
    return new LineMerger(lines => this.#sink.write(lines), this.#json ? wrap : undefined)
  }
}

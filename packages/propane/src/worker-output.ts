import type { WorkerEvent } from './events.ts'
import type { LogSink } from './log.ts'
import { LineMerger } from './log-merge.ts'

interface Streams {
  stdout: LineMerger
  stderr: LineMerger
}

/** What the workers write, line by line into one log. */
export class WorkerOutput {
  readonly #sink: LogSink
  readonly #json: boolean
  readonly #streams = new Map<number, Streams>()

  constructor(sink: LogSink, json: boolean) {
    this.#sink = sink
    this.#json = json
  }

  push(worker: WorkerEvent, chunk: Buffer, stream: 'stdout' | 'stderr'): void {
    let streams = this.#streams.get(worker.id)
    if (!streams) {
      streams = { stdout: this.#merger(worker, 'info'), stderr: this.#merger(worker, 'error') }
      this.#streams.set(worker.id, streams)
    }
    streams[stream].push(chunk)
  }

  /** The worker is gone: what it had not ended with a newline is all there will be. */
  close(worker: WorkerEvent): void {
    const streams = this.#streams.get(worker.id)
    this.#streams.delete(worker.id)
    streams?.stdout.flush()
    streams?.stderr.flush()
  }

  #merger(worker: WorkerEvent, level: string): LineMerger {
    const wrap = (msg: string) =>
      JSON.stringify({ level, time: new Date().toISOString(), worker: worker.slot, pid: worker.pid, msg })
    return new LineMerger(lines => this.#sink.write(lines), this.#json ? wrap : undefined)
  }
}

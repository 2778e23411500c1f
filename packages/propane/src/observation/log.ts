import { propaneError } from '../errors.ts'
import { fs } from '../system/builtins.ts'

export type LogLevel = 'info' | 'warn' | 'error'

/** Where the lines of primary and workers end up: standard output or a file that can be opened again. */
export class LogSink {
  readonly #file: string
  #fd: number

  /** Throws log_file_failed. */
  constructor(file: string) {
    this.#file = file
    this.#fd = file === '' ? 1 : open(file)
  }

  write(lines: Buffer | string): void {
    let rest = typeof lines === 'string' ? Buffer.from(lines) : lines
    while (rest.length > 0) {
      try {
        rest = rest.subarray(fs.writeSync(this.#fd, rest))
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException
        if (code === 'EAGAIN') {
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1) // a full pipe: its reader sets the pace
          continue
        }
        return // nobody reads any more (EPIPE), or the disk is full: serving goes on without a log
      }
    }
  }

  /** Opens the file again, after it has been rotated away. Throws log_file_failed, and goes on with the old one. */
  reopen(): void {
    if (this.#file === '') return
    const fd = open(this.#file)
    fs.closeSync(this.#fd)
    this.#fd = fd
  }
}

function open(file: string): number {
  try {
    return fs.openSync(file, 'a', 0o640)
  } catch (cause) {
    throw propaneError('log_file_failed', { file, reason: (cause as Error).message }, { cause })
  }
}

/** The primary's own lines, in the form of the workers' (pino's): one JSON object each, or text for a terminal. */
export class Log {
  readonly #sink: LogSink
  readonly #json: boolean

  constructor(sink: LogSink, json: boolean) {
    this.#sink = sink
    this.#json = json
  }

  line(level: LogLevel, message: string, members: Readonly<Record<string, unknown>> = {}): void {
    const time = new Date().toISOString()
    this.#sink.write(
      this.#json
        ? `${JSON.stringify({ level, time, name: 'propane', pid: process.pid, ...members, msg: message })}\n`
        : `${time.slice(11, 23)} ${level === 'info' ? '' : `${level.toUpperCase()} `}${message}\n`,
    )
  }
}

import { propaneError } from '../errors.ts'
import { NonBlockingOutput, openLogFile, standardOutput } from './non-blocking-output.ts'

export type LogLevel = 'info' | 'warn' | 'error'

/** The destination of the primary's and workers' lines: standard output, or a file that can be reopened. */
export class LogSink {
  readonly #file: string
  readonly #output: NonBlockingOutput

  /** @throws log_file_failed */
  constructor(file: string) {
    this.#file = file
    this.#output = new NonBlockingOutput(file === '' ? standardOutput() : open(file))
  }

  /** Number of lines lost because the reader was too slow or the disk was full. */
  get dropped(): number {
    return this.#output.dropped
  }

  set onRecovered(listener: (dropped: number) => void) {
    this.#output.onRecovered = listener
  }

  /** Takes whole lines. Never blocks, never throws. */
  write(lines: Buffer | string): void {
    this.#output.write(typeof lines === 'string' ? Buffer.from(lines) : lines)
  }

  /**
   * Reopens the file after it has been rotated.
   *
   * @throws log_file_failed; logging then continues in the old file
   */
  reopen(): void {
    if (this.#file !== '') this.#output.replace(open(this.#file))
  }

  /** Resolves when everything is written, or at the deadline. */
  flush(deadlineMs: number): Promise<void> {
    return this.#output.flush(deadlineMs)
  }
}

function open(file: string): number {
  try {
    return openLogFile(file)
  } catch (cause) {
    throw propaneError('log_file_failed', { file, reason: (cause as Error).message }, { cause })
  }
}

/** The primary's own lines, in the format of the workers' (pino): one JSON object each, or text for a terminal. */
export class Log {
  readonly #sink: LogSink
  readonly #json: boolean

  constructor(sink: LogSink, json: boolean) {
    this.#sink = sink
    this.#json = json
    sink.onRecovered = dropped => {
      const lines = dropped === 1 ? '1 line of the log was' : `${dropped} lines of the log were`
      this.line('warn', `${lines} dropped: its reader was too slow or gone, or the disk full`, { dropped })
    }
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

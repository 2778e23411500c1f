import { fs, net } from '../system/builtins.ts'

/** Bytes buffered for a slow reader. Output beyond that is dropped and counted. */
const MAX_PENDING = 4 * 1024 * 1024

/** Delays before a full pipe is retried, longer while nothing gets through. */
const MIN_RETRY_MS = 1
const MAX_RETRY_MS = 50

const NEWLINE = 10

/**
 * Writes lines to a descriptor without ever waiting for its reader, because the same event loop handles signals. It replaces
 * `process.stdout`, which would cost the primary several MiB just to load.
 */
export class NonBlockingOutput {
  /** Number of lost lines: the reader was too slow or is gone, or the disk is full. */
  dropped = 0
  /** Called with the number of lost lines once lines get through again. */
  onRecovered: (dropped: number) => void = () => undefined
  #fd: number
  #pending: Buffer[] = []
  #pendingBytes = 0
  #reported = 0
  /** Whether the last write ended within a line. */
  #midLine = false
  /** Whether the rest of that line is lost. */
  #torn = false
  #timer: NodeJS.Timeout | undefined
  #retryMs = MIN_RETRY_MS
  #onEmpty: (() => void)[] = []

  /** @param fd - must not block: see {@link standardOutput} and {@link openLogFile} */
  constructor(fd: number) {
    this.#fd = fd
  }

  /** @param lines - whole lines, each ending with a newline */
  write(lines: Buffer): void {
    if (this.#pendingBytes + lines.length > MAX_PENDING) {
      this.#drop(lines)
      return
    }
    this.#pending.push(lines)
    this.#pendingBytes += lines.length
    if (this.#timer === undefined) this.#writePending()
  }

  /** Writes to another descriptor from now on, and closes the old one. */
  replace(fd: number): void {
    this.#writePending()
    fs.closeSync(this.#fd)
    this.#fd = fd
    this.#torn = false
    this.#midLine = false
  }

  /** Resolves when everything is written, or at the deadline. */
  async flush(deadlineMs: number): Promise<void> {
    if (this.#pendingBytes === 0) return
    await new Promise<void>(resolve => {
      const timer = setTimeout(resolve, deadlineMs)
      this.#onEmpty.push(() => {
        clearTimeout(timer)
        resolve()
      })
    })
  }

  #writePending(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const before = this.dropped
    while (this.#pending.length > 0) {
      const lines = this.#pending[0]!
      try {
        if (this.#torn) this.#endLine()
        const written = fs.writeSync(this.#fd, lines)
        this.#retryMs = MIN_RETRY_MS
        this.#midLine = lines[written - 1] !== NEWLINE
        this.#shift()
        if (written < lines.length) this.#unshift(lines.subarray(written))
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EAGAIN') {
          this.#timer = setTimeout(() => this.#writePending(), this.#retryMs)
          this.#retryMs = Math.min(2 * this.#retryMs, MAX_RETRY_MS)
          return
        }
        // The reader is gone (EPIPE) or the disk is full: keep serving without a log.
        this.#torn = this.#midLine
        this.#shift()
        this.#drop(lines)
      }
    }
    for (const resolve of this.#onEmpty.splice(0)) resolve()
    if (this.dropped === before) this.#report()
  }

  /** Terminates a line that an error has cut short, so that the next one starts on its own line. */
  #endLine(): void {
    fs.writeSync(this.#fd, '\n')
    this.#torn = false
    this.#midLine = false
  }

  #shift(): void {
    this.#pendingBytes -= this.#pending.shift()!.length
  }

  #unshift(rest: Buffer): void {
    this.#pending.unshift(rest)
    this.#pendingBytes += rest.length
  }

  #drop(lines: Buffer): void {
    for (let at = lines.indexOf(NEWLINE); at >= 0; at = lines.indexOf(NEWLINE, at + 1)) this.dropped++
  }

  #report(): void {
    const lost = this.dropped - this.#reported
    if (lost === 0) return
    this.#reported = this.dropped
    this.onRecovered(lost)
  }
}

/** Opens a log file for appending. A named pipe without a reader is an error instead of a wait. */
export function openLogFile(file: string): number {
  const { O_WRONLY, O_APPEND, O_CREAT, O_NONBLOCK } = fs.constants
  return fs.openSync(file, O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK, 0o640)
}

/** Keeps handles referenced; see below. */
const kept: unknown[] = []

/**
 * Standard output as a non-blocking descriptor. Files never block. A pipe or terminal is opened a second time, since the flag
 * belongs to the open file description, which other programs may share. If that is not possible, as with a socket
 * (journald) or another user's pipe, a handle of Node.js sets the flag.
 */
export function standardOutput(): number {
  const { O_WRONLY, O_NONBLOCK, O_NOCTTY } = fs.constants
  const kind = fs.fstatSync(1)
  if (kind.isFile()) return 1
  try {
    if (!kind.isSocket()) return fs.openSync('/proc/self/fd/1', O_WRONLY | O_NONBLOCK | O_NOCTTY)
  } catch {
    // not available or not permitted
  }
  try {
    if (!kind.isCharacterDevice()) kept.push(new net.Socket({ fd: 1, readable: false, writable: true }).unref())
  } catch {
    // a kind of output unknown to Node.js, which may block
  }
  return 1
}

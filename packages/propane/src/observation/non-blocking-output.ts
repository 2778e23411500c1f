import { fs, net } from '../system/builtins.ts'

/** Bytes that wait for a slow reader. What comes beyond that is dropped and counted. */
const MAX_PENDING = 4 * 1024 * 1024

/** How long to wait before a full pipe is tried again: longer as long as nothing gets through. */
const MIN_RETRY_MS = 1
const MAX_RETRY_MS = 50

const NEWLINE = 10

/**
 * Writes lines to a descriptor and never waits for its reader: the event loop that writes also handles signals. It
 * takes the place of `process.stdout`, whose loading alone would cost the primary several MiB.
 */
export class NonBlockingOutput {
  /** Lines that were lost: the reader was too slow or is gone, or the disk is full. */
  dropped = 0
  /** Called with the number of lines that were lost, once lines get through again. */
  onRecovered: (dropped: number) => void = () => undefined
  #fd: number
  #pending: Buffer[] = []
  #pendingBytes = 0
  #reported = 0
  /** The last write ended within a line. */
  #midLine = false
  /** Its rest will not follow. */
  #torn = false
  #timer: NodeJS.Timeout | undefined
  #retryMs = MIN_RETRY_MS
  #onEmpty: (() => void)[] = []

  /** @param fd - must not block: see {@link standardOutput} and {@link openLogFile} */
  constructor(fd: number) {
    this.#fd = fd
  }

  /** @param lines - whole lines, the last one with its end */
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

  /** Resolves when everything is out, or at the deadline. */
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
        // Nobody reads any more (EPIPE), or the disk is full: serving goes on without a log.
        this.#torn = this.#midLine
        this.#shift()
        this.#drop(lines)
      }
    }
    for (const resolve of this.#onEmpty.splice(0)) resolve()
    if (this.dropped === before) this.#report()
  }

  /** A line that an error has cut short is ended, so that the next one stands alone. */
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

/** Opens a log file to append to. A pipe by that name that nobody reads is an error, not a wait. */
export function openLogFile(file: string): number {
  const { O_WRONLY, O_APPEND, O_CREAT, O_NONBLOCK } = fs.constants
  return fs.openSync(file, O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK, 0o640)
}

/** Keeps what it is given: see below. */
const kept: unknown[] = []

/**
 * Standard output as a descriptor that does not block. Files never do. A pipe or terminal is opened a second time, since
 * the flag belongs to what is open and other programs may have that, too. Where that is not possible, as with a socket
 * (journald) or a pipe of another user, a handle of Node.js sets the flag.
 */
export function standardOutput(): number {
  const { O_WRONLY, O_NONBLOCK, O_NOCTTY } = fs.constants
  const kind = fs.fstatSync(1)
  if (kind.isFile()) return 1
  try {
    if (!kind.isSocket()) return fs.openSync('/proc/self/fd/1', O_WRONLY | O_NONBLOCK | O_NOCTTY)
  } catch {
    // not here, or not allowed
  }
  try {
    if (!kind.isCharacterDevice()) kept.push(new net.Socket({ fd: 1, readable: false, writable: true }).unref())
  } catch {
    // a kind of output that Node.js does not know: it may block
  }
  return 1
}

import { fs } from '../system/builtins.ts'

/** Descriptors reserved for the application and propane itself: a sixteenth of the limit, from 8 to 64. */
function reserveOf(limit: number): number {
  return Math.min(64, Math.max(8, Math.floor(limit / 16)))
}

/**
 * Watches how close this process is to its limit of open descriptors. The system always assigns the lowest free number, so
 * the number of a new connection shows how many are open. A process at the limit would accept connections only to drop
 * them, and could not open files.
 */
export class Descriptors {
  readonly limit: number
  /** Whether few are left. */
  scarce = false
  readonly #threshold: number
  readonly #onScarce: () => void

  /** @param onScarce - called each time they become scarce */
  constructor(onScarce: () => void, limit: number = descriptorLimit()) {
    this.limit = limit
    this.#threshold = limit - reserveOf(limit)
    this.#onScarce = onScarce
  }

  /** A descriptor with this number was opened. */
  opened(fd: number | undefined): void {
    if (fd === undefined || fd < this.#threshold || this.scarce) return
    this.scarce = true
    this.#onScarce()
  }

  /** While they are scarce: checks whether enough have been closed. */
  check(): void {
    if (!this.scarce) return
    try {
      const fd = fs.openSync('/dev/null', 'r')
      fs.closeSync(fd)
      // With hysteresis, so that accepting does not flicker at the threshold.
      this.scarce = fd >= this.#threshold - reserveOf(this.limit) / 2
    } catch {
      // none is left at all
    }
  }
}

/** The soft limit of open descriptors, which Node.js raises to the hard limit at its start; Infinity if unknown. */
function descriptorLimit(): number {
  try {
    const line = /^Max open files +(\d+)/m.exec(fs.readFileSync('/proc/self/limits', 'utf8'))
    return line ? Number(line[1]) : Number.POSITIVE_INFINITY
  } catch {
    return Number.POSITIVE_INFINITY
  }
}

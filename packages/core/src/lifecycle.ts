import { ArlenError } from './error-table.ts'
import { coreError } from './errors.ts'

export interface Part {
  name: string
  start?: () => unknown
  stop?: () => unknown
}

/** Starts parts in the order they were added and stops the started ones in reverse. */
export class Lifecycle {
  #parts: Part[] = []
  #started: Part[] = []

  add(part: Part): void {
    this.#parts.push(part)
  }

  /** Starts what has not started yet. When a part fails, what had started is stopped again and the error thrown. */
  async start(): Promise<void> {
    for (const part of this.#parts) {
      if (this.#started.includes(part)) continue
      try {
        await part.start?.()
      } catch (cause) {
        await this.stop().catch(() => undefined) // the reason it did not start is the one worth reporting
        // What has a code has said what is wrong better than we could.
        if (cause instanceof ArlenError) throw cause
        throw coreError('lifecycle_failed', { part: part.name, action: 'start', reason: reasonOf(cause) }, { cause })
      }
      this.#started.push(part)
    }
  }

  /** Stops every started part even when some fail, then throws what the first failure was. */
  async stop(): Promise<void> {
    const failures: Error[] = []
    for (let part = this.#started.pop(); part; part = this.#started.pop()) {
      try {
        await part.stop?.()
      } catch (cause) {
        failures.push(
          coreError('lifecycle_failed', { part: part.name, action: 'stop', reason: reasonOf(cause) }, { cause }),
        )
      }
    }
    if (failures[0]) throw failures[0]
  }
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}

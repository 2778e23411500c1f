import { ArlenError } from './error-table.ts'
import { coreError } from './errors.ts'

/** A resource that an application owns, starts and stops: a database, a listener, a timer. */
export interface Resource {
  name: string
  start?: () => unknown
  stop?: () => unknown
}

/** Starts resources in the order they were added, and stops the started ones in reverse. */
export class Lifecycle {
  #resources: Resource[] = []
  #started: Resource[] = []

  add(resource: Resource): void {
    this.#resources.push(resource)
  }

  /**
   * Starts the resources that have not started yet. If one fails, the started ones are stopped again and the error is
   * thrown.
   */
  async start(): Promise<void> {
    for (const resource of this.#resources) {
      if (this.#started.includes(resource)) continue
      try {
        await resource.start?.()
      } catch (cause) {
        await this.stop().catch(() => undefined) // the reason it did not start is the one worth reporting
        // An error with a code explains itself.
        if (cause instanceof ArlenError) throw cause
        throw coreError(
          'lifecycle_failed',
          { resource: resource.name, action: 'start', reason: reasonOf(cause) },
          { cause },
        )
      }
      this.#started.push(resource)
    }
  }

  /** Stops every started resource even when some fail, then throws the first failure. */
  async stop(): Promise<void> {
    const failures: Error[] = []
    for (let resource = this.#started.pop(); resource; resource = this.#started.pop()) {
      try {
        await resource.stop?.()
      } catch (cause) {
        failures.push(
          coreError(
            'lifecycle_failed',
            { resource: resource.name, action: 'stop', reason: reasonOf(cause) },
            { cause },
          ),
        )
      }
    }
    if (failures[0]) throw failures[0]
  }
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}

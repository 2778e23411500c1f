/** The stages of a request, in the order of the report. A stage that did not run is 0. */
export const STAGES = ['parse', 'route', 'middleware', 'controller', 'render', 'response_write', 'total'] as const

/** A stage that is measured. */
export type Stage = Exclude<(typeof STAGES)[number], 'total'>

/**
 * A lap timer for one request, in milliseconds. `lap(stage)` adds the time since the last lap to that stage, so `total` is the
 * sum of the stages. Exists only if timings are on (`performanceLogging` of an application, `timings` of a server); otherwise no clock is read.
 */
export class Timings {
  parse = 0
  route = 0
  middleware = 0
  controller = 0
  render = 0
  response_write = 0
  #last: number

  constructor(startedAt: number = performance.now()) {
    this.#last = startedAt
  }

  get total(): number {
    return this.parse + this.route + this.middleware + this.controller + this.render + this.response_write
  }

  lap(stage: Stage): void {
    const now = performance.now()
    this[stage] += now - this.#last
    this.#last = now
  }

  toJSON(): Record<(typeof STAGES)[number], number> {
    return Object.fromEntries(STAGES.map(stage => [stage, round(this[stage])])) as Record<
      (typeof STAGES)[number],
      number
    >
  }

  /** The value of a `Server-Timing` header field (W3C Server Timing, section 3). */
  toServerTiming(): string {
    return STAGES.map(stage => `${stage};dur=${round(this[stage])}`).join(', ')
  }
}

function round(ms: number): number {
  return Math.round(ms * 1000) / 1000
}

import { BOUNDS_MS } from '../latency-buckets.ts'

const BEGAN = Symbol('propane request began')

type Timed = object & { [BEGAN]?: number }

/** Counts how long requests took, in buckets, and with which class of status they were answered. Workers' counts can be added up. */
export class Latencies {
  /** Requests by the bucket they fall into; the last one is for those slower than all bounds. */
  readonly counts: number[] = new Array<number>(BOUNDS_MS.length + 1).fill(0)
  sumMs = 0
  /** Answers by the class of their status: 1xx to 5xx. */
  readonly statuses: number[] = [0, 0, 0, 0, 0]

  /** Subscribes to what node:http and Arlen's own engine publish about answered requests. */
  constructor() {
    const { subscribe } = process.getBuiltinModule('node:diagnostics_channel')
    subscribe('http.server.response.finish', message => {
      const { request, response } = message as { request: Timed; response: { statusCode: number } }
      const { [BEGAN]: began } = request
      if (began !== undefined) this.add(performance.now() - began, response.statusCode)
    })
    subscribe('arlen:http:request:finish', message => {
      const { durationMs, status } = (message as { finish: { durationMs: number; status: number } }).finish
      this.add(durationMs, status)
    })
  }

  /** A request of node:http has arrived. */
  begin(request: object): void {
    ;(request as Timed)[BEGAN] = performance.now()
  }

  add(ms: number, status: number): void {
    let bucket = 0
    while (bucket < BOUNDS_MS.length && ms > BOUNDS_MS[bucket]!) bucket++
    this.counts[bucket]!++
    this.sumMs += ms
    const index = Math.floor(status / 100) - 1
    if (index in this.statuses) this.statuses[index]!++
  }

  /** Forgets what was counted so far: the requests of the probe. */
  reset(): void {
    this.counts.fill(0)
    this.sumMs = 0
    this.statuses.fill(0)
  }
}

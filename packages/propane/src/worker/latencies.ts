import { BOUNDS_MS } from '../latency-buckets.ts'

const BEGAN = Symbol('propane request began')

type Timed = object & { [BEGAN]?: number }

/** Counts how long requests took, in buckets. Who wants a distribution over all workers adds up the counts. */
export class Latencies {
  /** Requests by the bucket they fall into; the last one is for those slower than all bounds. */
  readonly counts: number[] = new Array<number>(BOUNDS_MS.length + 1).fill(0)
  sumMs = 0

  /** Subscribes to what node:http and Arlen's own engine publish about answered requests. */
  constructor() {
    const { subscribe } = process.getBuiltinModule('node:diagnostics_channel')
    subscribe('http.server.response.finish', message => {
      const { [BEGAN]: began } = (message as { request: Timed }).request
      if (began !== undefined) this.add(performance.now() - began)
    })
    subscribe('arlen:http:request:finish', message => {
      this.add((message as { finish: { durationMs: number } }).finish.durationMs)
    })
  }

  /** A request of node:http has arrived. */
  begin(request: object): void {
    ;(request as Timed)[BEGAN] = performance.now()
  }

  add(ms: number): void {
    let bucket = 0
    while (bucket < BOUNDS_MS.length && ms > BOUNDS_MS[bucket]!) bucket++
    this.counts[bucket]!++
    this.sumMs += ms
  }

  /** Forgets what was counted so far: the requests of the probe. */
  reset(): void {
    this.counts.fill(0)
    this.sumMs = 0
  }
}

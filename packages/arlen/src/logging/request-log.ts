import type { Logger } from '@arlen/core'
import type { Context, Finish } from '@arlen/http'

/** One line per request, with the time of each stage if `withTimings`. */
export function logRequests(log: Logger, withTimings: boolean): (c: Context, finish: Finish) => void {
  return (c, finish) => {
    const { req, timings } = c
    log.info(
      {
        requestId: req.id,
        method: req.method,
        path: req.path,
        route: c.route?.path,
        status: finish.status,
        durationMs: Math.round(finish.durationMs * 1000) / 1000,
        bytes: finish.bytes,
        ...(withTimings && timings && { timings: timings.toJSON() }),
      },
      'request',
    )
  }
}

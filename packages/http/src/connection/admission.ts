import { isHealthPath } from '@arlen/core/health-paths'
import type { Engine } from '../engine.ts'
import { httpError } from '../errors.ts'

/** Admits a request unless there are too many already; then only health checks are admitted. */
export function admit(engine: Engine, path: string): boolean {
  if ((engine.overloaded || engine.inFlight > engine.maxInFlight) && !isHealthPath(path, engine.healthPaths)) {
    engine.shed++
    return false
  }
  engine.requests++
  return true
}

export function overloaded({ retryAfterSeconds }: Engine): Error {
  return httpError('server_overloaded', {}, { headers: { 'Retry-After': String(retryAfterSeconds) } })
}

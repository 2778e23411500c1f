import { dirname, extname, join } from 'node:path'
import { type Child, startChild } from '../process/child.ts'
import type { LoadCalls } from './generator.ts'

const GENERATOR = join(dirname(import.meta.filename), `generator${extname(import.meta.filename)}`)

/**
 * Starts the load generator in a process of its own, which keeps sessions of keep-alive connections by name. `open` connects
 * and asks each request once, `run` and `pace` ask them in turn and check every answer, and `close` ends a session.
 *
 * @param cores - a list of cores as taskset(1) takes it: the generator runs on these only
 */
export function startLoad(cores?: string): Child<LoadCalls> {
  // From its sources it needs those of other packages, which may not have been compiled.
  const flags = GENERATOR.endsWith('.ts') ? ['--conditions=@arlen/source'] : []
  return startChild({ file: GENERATOR, flags, cores })
}

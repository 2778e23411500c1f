import type { WireRequest } from '../load/request.ts'
import type { Program } from './program.ts'
import { ServerSilent } from './server-silent.ts'
import { type Bench, Side } from './side.ts'
import { countCalls } from './system-calls.ts'

/** What does not depend on the machine's speed, or hardly. A text says why something was not counted. */
export interface Counters {
  /** Files that are loaded as modules from the start up to the first answers. */
  modules: number
  /** Queries of one pass over the requests, as @arlen/pg publishes them. */
  queries: number
  /** System calls for input and output of one pass over the requests, one request after the other. */
  calls: number | string
  /** Bytes put on the heap for one request, in several blocks. */
  allocatedBytes: readonly number[] | string
}

/** How much is counted. */
export interface CountPlan {
  /** Passes over the requests before allocations are counted, and the most time for them. */
  warmUp: number
  warmUpMs: number
  /** Blocks for the bytes on the heap: all of them together are as many passes as the warming up. */
  blocks: number
}

const TRACED_PASSES = 100
const TRACES = 3
const COUNTED_PASSES = 20

/** Counts in a process of its own, over one connection, one request after the other. */
export async function measureCounters(
  program: Program,
  requests: readonly WireRequest[],
  plan: CountPlan,
  bench: Bench,
): Promise<Counters> {
  const side = await Side.start('counted', program, requests, { ...bench, connections: 1 }, { ARLEN_PERF_COUNT: '1' })
  const length = requests.length
  try {
    await side.host.call('counters', undefined)
    await side.run(COUNTED_PASSES * length)
    const { modules, queries = 0 } = await side.host.call('counters', undefined)
    const calls = await systemCalls(side, length)
    const warm = await warmUp(side, plan, length)
    const allocatedBytes = warm < plan.warmUp ? NOT_WARM : await allocations(side, plan, length)
    return { modules, queries: queries / COUNTED_PASSES, calls, allocatedBytes }
  } finally {
    await side.stop()
  }
}

/** The least of some traces: more are a timer that ran out meanwhile, or an answer that came in two pieces. */
async function systemCalls(side: Side, length: number): Promise<number | string> {
  const counts: number[] = []
  for (let trace = 0; trace < TRACES; trace += 1) {
    const counted = await countTraced(side, length)
    if (typeof counted === 'string') return counted
    counts.push(counted / TRACED_PASSES)
  }
  return Math.round(Math.min(...counts) * 10) / 10
}

async function countTraced(side: Side, length: number): Promise<number | string> {
  try {
    return await countCalls(side.host.pid, () => side.run(TRACED_PASSES * length))
  } catch (error) {
    if (!(error instanceof ServerSilent)) throw error
    await side.run(length) // throws again where it was not the tracer that stood in the way
    return `not counted: under strace(1) ${error.message}`
  }
}

/** @returns how many passes there was time for */
async function warmUp(side: Side, plan: CountPlan, length: number): Promise<number> {
  const first = Math.min(plan.warmUp, 50)
  const { ms } = await side.run(first * length)
  const passes = Math.min(plan.warmUp, Math.max(first, Math.round((first / ms) * plan.warmUpMs)))
  await side.run(passes * length)
  return passes
}

/** Code that is not compiled yet allocates twice as much. */
const NOT_WARM = 'not counted: this machine is too busy to warm the program up in the time there is'

async function allocations(side: Side, plan: CountPlan, length: number): Promise<readonly number[] | string> {
  const { blocks } = plan
  const passes = Math.ceil(plan.warmUp / blocks)
  const perRequest: number[] = []
  for (let block = 0; block < blocks; block += 1) {
    await side.host.call('heap', undefined) // starts with an empty young generation
    const before = await side.host.call('usage', undefined)
    await side.run(passes * length)
    const after = await side.host.call('usage', undefined)
    if (before.allocatedBytes === undefined || after.allocatedBytes === undefined) {
      return `Node.js ${process.versions.node} does not count allocations; 26 does`
    }
    perRequest.push((after.allocatedBytes - before.allocatedBytes) / (passes * length))
  }
  return perRequest
}

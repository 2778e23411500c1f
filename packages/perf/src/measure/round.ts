import type { Latencies } from '../load/pace.ts'
import type { WireRequest } from '../load/request.ts'
import { median } from '../stats/median.ts'
import { type Bench, type Program, Side, type SideName } from './side.ts'

/** One measured block of requests, as fast as they are answered. */
export interface Block {
  side: SideName
  requests: number
  ms: number
  /** CPU time of the server, all threads, in microseconds; and the part of it outside of the kernel. */
  serverMicros: number
  userMicros: number
  /** CPU time of the load generator, in microseconds. */
  loadMicros: number
  /** Bytes that the server has put on its heap; undefined where Node.js does not count them. */
  allocatedBytes: number | undefined
}

/** One window of requests at a steady rate. */
export interface Window extends Latencies {
  side: SideName
  perSecond: number
}

/** What one set of fresh processes has shown: passes over all sides, forward and backward in turn. */
export interface Round {
  blocks: Block[][]
  windows: Window[][]
}

/** How much is measured in a round. */
export interface RoundPlan {
  /** Requests of each side before its first block, for its code to be compiled. */
  warmUp: number
  /** Requests of a block. */
  requests: number
  /** Passes with blocks, and then with windows. */
  passes: number
  windows: number
  windowMs: number
}

/** The sides in the order in which the first pass goes over them. */
export type Programs = readonly (readonly [name: SideName, program: Program])[]

/** Starts all sides afresh, warms them up, and measures. */
export async function measureRound(
  programs: Programs,
  requests: readonly WireRequest[],
  plan: RoundPlan,
  bench: Bench,
): Promise<Round> {
  const sides: Side[] = []
  try {
    for (const [name, program] of programs) {
      sides.push(await Side.start(name, program, name === 'reference' ? requests.map(anyAnswer) : requests, bench))
    }
    for (const side of sides) await side.run(plan.warmUp)
    return await measureSides(sides, plan)
  } finally {
    await Promise.all(sides.map(side => side.stop()))
  }
}

/** The reference knows one answer to each path, whatever came before. */
function anyAnswer(request: WireRequest): WireRequest {
  return { ...request, contains: undefined }
}

/** The reference needs fewer: what is said of it is a multiple, and what is gated on it is a floor. */
const REFERENCE_PASSES = 2

function isCompared({ name }: { name: string }): boolean {
  return name !== 'reference'
}

/** Measures servers that run already. */
export async function measureSides(sides: readonly Side[], plan: RoundPlan): Promise<Round> {
  const round: Round = { blocks: [], windows: [] }
  for (let pass = 0; pass < plan.passes; pass += 1) {
    const measured = pass < REFERENCE_PASSES ? sides : sides.filter(isCompared)
    round.blocks.push(await inTurn(measured, pass, side => measureBlock(side, plan.requests)))
  }
  const perSecond = halfOfCapacity(round)
  for (let pass = 0; pass < plan.windows; pass += 1) {
    const compared = sides.filter(isCompared)
    const windows = await inTurn(compared, pass, async side => ({
      side: side.name as SideName,
      perSecond,
      ...(await side.pace(perSecond, plan.windowMs)),
    }))
    round.windows.push(windows)
  }
  return round
}

/** Forward in even passes, backward in odd ones: A B B A, so that what drifts meets both alike. */
async function inTurn<T>(sides: readonly Side[], pass: number, measure: (side: Side) => Promise<T>): Promise<T[]> {
  const measured: T[] = []
  for (const side of pass % 2 === 0 ? sides : sides.toReversed()) measured.push(await measure(side))
  return measured
}

export async function measureBlock(side: Side, requests: number, connections?: number): Promise<Block> {
  const before = await side.host.call('usage', undefined)
  const { ms, cpuMicros } = await side.run(requests, connections)
  const after = await side.host.call('usage', undefined)
  const userMicros = after.userMicros - before.userMicros
  return {
    side: side.name as SideName,
    requests,
    ms,
    userMicros,
    serverMicros: userMicros + after.systemMicros - before.systemMicros,
    loadMicros: cpuMicros,
    allocatedBytes: after.allocatedBytes === undefined ? undefined : after.allocatedBytes - before.allocatedBytes!,
  }
}

/** Half of what the slowest compared side can do: requests a second. All sides get the same rate. */
function halfOfCapacity({ blocks }: Round): number {
  const rates = new Map<SideName, number[]>()
  for (const { side, requests, ms } of blocks.flat()) {
    if (side !== 'reference') rates.set(side, [...(rates.get(side) ?? []), (requests / ms) * 1000])
  }
  return Math.min(...[...rates.values()].map(median)) / 2
}

import { type Latencies, type Percentiles, percentilesOf } from '../load/pace.ts'
import type { WireRequest } from '../load/request.ts'
import { median } from '../stats/median.ts'
import type { Program } from './program.ts'
import { type Bench, Side, type SideName } from './side.ts'

/** A side's share of a pair: requests, as fast as they are answered, in several slices between those of the other sides. */
export interface Block {
  side: SideName
  /** CPU time of a request in each slice, in microseconds. The other figures are sums over the quieter half of the slices. */
  slices: number[]
  requests: number
  ms: number
  /** CPU time of the server, all threads, in microseconds. */
  serverMicros: number
  /** CPU time of the load generator, in microseconds. */
  loadMicros: number
  /** Bytes that the server has put on its heap; undefined where Node.js does not count them. */
  allocatedBytes: number | undefined
}

/** One window of requests at a steady rate. */
export interface Window extends Omit<Latencies, 'tookMs' | 'lagsMs'> {
  side: SideName
  perSecond: number
}

/** What all windows of a side have shown, as if they had been one. */
export interface Steady extends Percentiles {
  side: SideName
  lag: Percentiles
}

/** What one set of fresh processes has shown, pair by pair: every side once. */
export interface Round {
  blocks: Block[][]
  windows: Window[][]
  /** Of all windows of a side together. */
  steady: Steady[]
}

/** How much is measured in a round. */
export interface RoundPlan {
  /** Requests of each side before its first block, for its code to be compiled. */
  warmUp: number
  /** Requests of a block. */
  requests: number
  /** Pairs of blocks, and then the time at a steady rate, in milliseconds. */
  pairs: number
  pacedMs: number
}

/** The sides in the order in which the first pair goes over them. */
export type Programs = readonly (readonly [name: SideName, program: Program])[]

/** Starts every side, measures, and ends them. */
export async function measureRound(
  programs: Programs,
  requests: readonly WireRequest[],
  plan: RoundPlan,
  bench: Bench,
): Promise<Round> {
  const started = await Promise.allSettled(
    programs.map(([name, program]) =>
      Side.start(name, program, name === 'reference' ? requests.map(anyAnswer) : requests, bench),
    ),
  )
  const sides = started.flatMap(each => (each.status === 'fulfilled' ? [each.value] : []))
  try {
    for (const each of started) if (each.status === 'rejected') throw each.reason
    await warmUp(sides, plan.warmUp)
    return await measureSides(sides, plan)
  } finally {
    await Promise.all(sides.map(side => side.stop()))
  }
}

/** Sides are warmed up in so many turns: one that waits for all the others meanwhile loses its connections, and compiled code with them. */
const WARM_UP_TURNS = 8

export async function warmUp(sides: readonly Side[], requests: number): Promise<void> {
  for (let turn = 0; turn < WARM_UP_TURNS; turn += 1) {
    for (const side of sides) await side.run(Math.ceil(requests / WARM_UP_TURNS))
  }
}

/** The reference knows one answer to each path, whatever came before. */
function anyAnswer(request: WireRequest): WireRequest {
  return { ...request, contains: undefined }
}

/** The reference needs fewer: results are reported as multiples of it, and it only gates a floor. */
const REFERENCE_PAIRS = 2

function isCompared({ name }: { name: string }): boolean {
  return name !== 'reference'
}

/** Measures servers that run already. */
async function measureSides(sides: readonly Side[], plan: RoundPlan): Promise<Round> {
  const round: Round = { blocks: [], windows: [], steady: [] }
  const compared = sides.filter(isCompared)
  for (let pair = 0; pair < plan.pairs; pair += 1) {
    const order = inTurn(pair < REFERENCE_PAIRS ? sides : compared, pair)
    const blocks: Block[] = []
    for (let slice = 0; slice < SLICES; slice += 1) {
      const sliceOrder = slice % 2 === 0 ? order : order.toReversed()
      blocks.push(...(await inOrder(sliceOrder, side => measureSlice(side, Math.ceil(plan.requests / SLICES)))))
    }
    round.blocks.push(order.map(({ name }) => quieterHalf(blocks.filter(({ side }) => side === name))))
  }
  if (plan.pacedMs > 0) await measureWindows(compared, plan.pacedMs, round)
  return round
}

/** A window is so long that a percentile of it says something, in requests, but between these times. */
const WINDOW_REQUESTS = 200
const SHORTEST_MS = 20
const LONGEST_MS = 100

/**
 * Many short windows tell more than few long ones: a collection of garbage, or a neighbor, spoils the one that it falls into.
 * The first of each side does not count.
 */
async function measureWindows(sides: readonly Side[], pacedMs: number, round: Round): Promise<void> {
  const perSecond = halfOfCapacity(round)
  const windowMs = Math.min(LONGEST_MS, Math.max(SHORTEST_MS, (WINDOW_REQUESTS / perSecond) * 1000))
  const all = new Map(sides.map(({ name }) => [name, { tookMs: [] as number[], lagsMs: [] as number[] }]))
  for (const side of sides) await side.pace(perSecond, windowMs)
  for (let window = 0; window * windowMs < pacedMs; window += 1) {
    const windows = await inOrder(inTurn(sides, window), async side => {
      await leadIn(side, (perSecond * windowMs) / 1000)
      const { tookMs, lagsMs, ...latencies } = await side.pace(perSecond, windowMs)
      const { name } = side
      for (const each of tookMs) all.get(name)!.tookMs.push(each)
      for (const each of lagsMs) all.get(name)!.lagsMs.push(each)
      return { side: name as SideName, perSecond, ...latencies }
    })
    round.windows.push(windows)
  }
  for (const [name, { tookMs, lagsMs }] of all) {
    round.steady.push({ side: name as SideName, ...percentilesOf(tookMs), lag: percentilesOf(lagsMs) })
  }
}

/** Forward and backward from each side: every order of three, so that no two sides differ in where they stand. */
export function inTurn<T>(sides: readonly T[], pair: number): T[] {
  const from = pair >> 1
  const order = sides.map((_, at) => sides[(at + from) % sides.length]!)
  return pair % 2 === 0 ? order : order.toReversed()
}

async function inOrder<T>(sides: readonly Side[], measure: (side: Side) => Promise<T>): Promise<T[]> {
  const measured: T[] = []
  for (const side of sides) measured.push(await measure(side))
  return measured
}

/** A B B A A B B A: what drifts meets all sides alike. */
const SLICES = 4

/** What others do on the machine only ever makes a slice dearer, and so does a collection of garbage that it happens to meet. */
function quieterHalf(blocks: readonly Block[]): Block {
  const sorted = blocks.toSorted((a, b) => a.slices[0]! - b.slices[0]!)
  const quieter = sorted.slice(0, Math.ceil(sorted.length / 2))
  const sum = (of: (block: Block) => number) => quieter.reduce((total, block) => total + of(block), 0)
  return {
    side: sorted[0]!.side,
    slices: blocks.flatMap(({ slices }) => slices),
    requests: sum(({ requests }) => requests),
    ms: sum(({ ms }) => ms),
    serverMicros: sum(({ serverMicros }) => serverMicros),
    loadMicros: sum(({ loadMicros }) => loadMicros),
    allocatedBytes: quieter.some(({ allocatedBytes }) => allocatedBytes === undefined)
      ? undefined
      : sum(({ allocatedBytes }) => allocatedBytes!),
  }
}

/** Requests before what is measured, as a share of it. */
const LEAD_IN = 1 / 8

/** Requests that do not count: another process has filled the caches of the core. */
function leadIn(side: Side, requests: number): Promise<unknown> {
  return side.runWhole(requests * LEAD_IN)
}

/** Begins with a lead-in. Connections that are used go through whole sequences, or the steps of one slice would differ from those of the next. */
export async function measureSlice(side: Side, requests: number): Promise<Block> {
  await leadIn(side, requests)
  return measureBlock(side, requests)
}

export async function measureBlock(side: Side, wanted: number): Promise<Block> {
  const before = await side.host.call('usage', undefined)
  const { ms, cpuMicros, requests } = await side.runWhole(wanted)
  const after = await side.host.call('usage', undefined)
  const serverMicros = after.cpuMicros - before.cpuMicros
  return {
    side: side.name as SideName,
    slices: [serverMicros / requests],
    requests,
    ms,
    serverMicros,
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

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}

/** One measured block of requests. */
export interface Block {
  requests: number
  /** Wall time, in milliseconds. */
  ms: number
  /** CPU time of the server, in microseconds: its own code's and the kernel's. */
  serverMicros: number
  /** The part of it outside of the kernel, whose work for one request is the same for every server. */
  userMicros: number
  /** CPU time of the load generator, in microseconds. */
  loadMicros: number
}

export interface Figures {
  server: string
  /** Median over the rounds of the server's CPU time per request, in microseconds. */
  cpuMicros: number
  /** The part of it outside of the kernel. */
  userMicros: number
  requestsPerSecond: number
  /** How busy the server, and the load generator, kept one core, 0 to 1. */
  serverBusy: number
  loadBusy: number
  /** The reference's CPU time per request divided by ours, round by round: 2 is twice as fast. */
  cpuRatio: Ratio
  userRatio: Ratio
  requestsRatio: Ratio
}

export interface Ratio {
  median: number
  min: number
  max: number
}

/** Rounds of one server: each is the blocks it had in that round. */
export function figuresOf(server: string, rounds: readonly Block[][], reference: readonly Block[][]): Figures {
  const sums = rounds.map(sum)
  const referenceSums = reference.map(sum)
  const cpu = (block: Block) => block.serverMicros / block.requests
  const user = (block: Block) => block.userMicros / block.requests
  const rate = (block: Block) => (block.requests / block.ms) * 1000
  const paired = (compare: (own: Block, other: Block) => number) =>
    ratioOf(sums.map((own, index) => compare(own, referenceSums[index] ?? own)))
  return {
    server,
    cpuMicros: median(sums.map(cpu)),
    userMicros: median(sums.map(user)),
    requestsPerSecond: median(sums.map(rate)),
    serverBusy: median(sums.map(each => each.serverMicros / 1000 / each.ms)),
    loadBusy: median(sums.map(each => each.loadMicros / 1000 / each.ms)),
    cpuRatio: paired((own, other) => cpu(other) / cpu(own)),
    userRatio: paired((own, other) => user(other) / user(own)),
    requestsRatio: paired((own, other) => rate(own) / rate(other)),
  }
}

function ratioOf(ratios: readonly number[]): Ratio {
  return { median: median(ratios), min: Math.min(...ratios), max: Math.max(...ratios) }
}

function sum(blocks: readonly Block[]): Block {
  const total = { requests: 0, ms: 0, serverMicros: 0, userMicros: 0, loadMicros: 0 }
  for (const block of blocks) {
    total.requests += block.requests
    total.ms += block.ms
    total.serverMicros += block.serverMicros
    total.userMicros += block.userMicros
    total.loadMicros += block.loadMicros
  }
  return total
}

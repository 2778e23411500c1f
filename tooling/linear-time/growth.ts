/** How many times larger the large input is. */
export const LARGE = 8

/**
 * The acceptable cost of an input eight times larger: linear work takes 8 times as long, quadratic 64 times. The range
 * between is for caches and fixed costs.
 */
export const MOST_GROWTH = 24

export interface Growth {
  /** How many times more CPU the large input takes than the small one. */
  ratio: number
  /** CPU time of the large input, in milliseconds. */
  largeMs: number
}

type Work = () => unknown

/** Work that takes less time than this at its limit, in milliseconds, is harmless and too short to measure. */
const NOTHING_MS = 0.1

/**
 * How a parser's CPU time grows with an input eight times larger. The first measurement uses the wall clock: what passes by
 * it passes, whatever else the machine does. The rest is measured again with the CPU time of this thread.
 */
export async function growthOf(small: Work, large: Work): Promise<Growth> {
  let growth = compare(await best(4, () => wall(small)), await best(1, () => wall(large)))
  if (growth.largeMs < NOTHING_MS) return { ...growth, ratio: 1 }
  for (let round = 0; growth.ratio > MOST_GROWTH && round < 4; round++) {
    growth = compare(await best(3, () => cpu(small)), await best(2, () => cpu(large)))
  }
  return growth
}

function compare(small: number, large: number): Growth {
  return { ratio: large / small, largeMs: large }
}

async function best(runs: number, measure: () => Promise<number>): Promise<number> {
  let least = Number.POSITIVE_INFINITY
  for (let run = 0; run < runs; run++) least = Math.min(least, await measure())
  return least
}

async function wall(work: Work): Promise<number> {
  const before = performance.now()
  await work()
  return performance.now() - before
}

/** Repeated until it has taken so much CPU that the system's accounting, in steps of some milliseconds, is accurate enough. */
const MEASURED_MS = 40

async function cpu(work: Work): Promise<number> {
  const before = used()
  let count = 0
  let total = 0
  while (total < MEASURED_MS) {
    await work()
    count++
    total = used() - before
  }
  return total / count
}

/** In milliseconds. */
function used(): number {
  // Other threads collect garbage and compile, which is not the parser's work. Node.js 22 cannot tell them apart.
  const { user, system } = (process.threadCpuUsage ?? process.cpuUsage)()
  return (user + system) / 1000
}

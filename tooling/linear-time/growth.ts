/** How many times as large the large input is. */
export const LARGE = 8

/** What eight times the input may cost: linear work is 8, quadratic 64. In between are caches and what every call costs. */
export const MOST_GROWTH = 24

export interface Growth {
  /** How many times the CPU of the small input the large one takes. */
  ratio: number
  /** CPU of the large input, in milliseconds. */
  largeMs: number
}

type Work = () => unknown

/** What takes less at its limit, in milliseconds, hurts nobody, and cannot be measured to say so. */
const NOTHING_MS = 0.1

/**
 * The growth of a parser's CPU from an input to one eight times as large. A clock is read first: what passes by it, with
 * whatever else the machine does meanwhile, passes. What does not is measured again, by the CPU of this thread.
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

/** So often that the system's account of it, which it keeps in steps, is exact enough. */
const MEASURED_MS = 20

async function cpu(work: Work): Promise<number> {
  const before = used()
  const start = performance.now()
  let count = 0
  do {
    await work()
    count++
  } while (performance.now() - start < MEASURED_MS)
  return Math.max(used() - before, 0.001) / count
}

/** In milliseconds. */
function used(): number {
  // Other threads collect garbage and compile; what they do is not the parser's. Node.js 22 cannot tell them apart.
  const { user, system } = (process.threadCpuUsage ?? process.cpuUsage)()
  return (user + system) / 1000
}

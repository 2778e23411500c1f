/** How much a run measures. */
export interface Effort {
  name: string
  /** Paired blocks: at least, and at most where the answer is not clear before. */
  leastPairs: number
  mostPairs: number
  /** Pairs that each set of fresh processes gives. */
  pairsPerRound: number
  /** CPU time of each server in a pair, in milliseconds, in several slices. Their lead-ins come on top. */
  blockMs: number
  /** Requests of each process before it is measured, and the most CPU time for them: code that is not compiled yet says nothing. */
  warmUp: number
  warmUpMs: number
  /** Time of each server at a steady rate in each round, in milliseconds, in short windows. Their lead-ins come on top. */
  pacedMs: number
  /** Requests that the growth of memory is measured over, and the most time for them. */
  growthRequests: number
  growthMs: number
  /** Paired starts. */
  starts: number
  /** An answer that takes longer does not come. */
  silenceMs: number
  /** After so long no scenario gets another round: what is undecided then stays so. */
  budgetMs: number
  /** How often a run that is undecided is tried again from the beginning. */
  repeats: number
}

/** What `arlen check` and `make check` do: an answer within minutes, and no guess where the machine is too busy for one. */
export const CHECK: Effort = {
  name: 'check',
  leastPairs: 15,
  mostPairs: 60,
  pairsPerRound: 10,
  blockMs: 36,
  warmUp: 40_000,
  warmUpMs: 1_500,
  pacedMs: 400,
  growthRequests: 200_000,
  growthMs: 8_000,
  starts: 5,
  silenceMs: 15_000,
  budgetMs: 200_000,
  repeats: 0,
}

/** What a release asks: as long as it takes, within an hour. */
export const RELEASE: Effort = {
  ...CHECK,
  name: 'release',
  pacedMs: 1_200,
  growthMs: 120_000,
  starts: 15,
  budgetMs: 20 * 60_000,
  repeats: 2,
}

/** With this the gate proves what it finds: a run of at most 20 seconds on a quiet machine, where a loss need not be confirmed. */
export const PROOF: Effort = {
  ...CHECK,
  name: 'proof',
  leastPairs: 20,
  pacedMs: 240,
  growthRequests: 20_000,
  growthMs: 2_000,
  starts: 0,
  budgetMs: 13_000,
}

/** Where there is nothing to compare with: counters, budgets, and figures to look at. */
export const GLANCE: Effort = {
  ...CHECK,
  name: 'glance',
  leastPairs: 4,
  mostPairs: 4,
  pairsPerRound: 4,
  pacedMs: 250,
  growthRequests: 20_000,
  growthMs: 2_000,
  starts: 2,
  budgetMs: 60_000,
}

/** Everything once, to see that it runs. */
export const SMOKE: Effort = {
  ...CHECK,
  name: 'smoke',
  leastPairs: 2,
  mostPairs: 2,
  pairsPerRound: 2,
  blockMs: 2,
  warmUp: 100,
  pacedMs: 50,
  growthRequests: 500,
  starts: 1,
}

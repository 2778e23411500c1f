import type { Program } from '../measure/program.ts'
import { type Block, measureBlock, type Programs, type RoundPlan } from '../measure/round.ts'
import { referenceFor, Side, type SideName } from '../measure/side.ts'
import type { ScenarioRun } from './scenario-run.ts'

/** What the rounds of a scenario run, and how much in each. */
export interface Rounds {
  programs: Programs
  plan: RoundPlan
  dispose: () => void
}

/** Requests of a look at what a request takes. */
const LOOK = 500
/** Looks are taken until this many requests, or until they have taken so much CPU time, in milliseconds: the last one counts. */
const LOOKED_AT = 6_000
const LOOKING_MS = 500
/** A program that waits is given so many times the CPU time that was meant: then there is enough to tell. */
const WAITING = 4
/** Requests of a block. */
const LEAST = 40
const MOST = 10_000

/** Decides how large blocks are by a first look at the candidate, whose answers the reference gives. */
export async function planRounds({
  effort,
  candidate,
  baseline,
  requests,
  bench,
  measure,
}: ScenarioRun): Promise<Rounds> {
  const side = await Side.start('probe', candidate, requests, bench)
  try {
    const look = await lookAt(side, effort.warmUp)
    const within = (cpuMs: number) => {
      const byCpu = (cpuMs * 1000) / (look.serverMicros / look.requests)
      return Math.round(Math.min(byCpu, (cpuMs * WAITING) / (look.ms / look.requests)))
    }
    const { program, dispose } = await referenceFor(side, requests)
    const sides: [SideName, Program][] = [['candidate', candidate]]
    if (baseline) sides.push(['baseline', baseline], ['twin', baseline])
    sides.push(['reference', program])
    const plan = {
      warmUp: Math.max(LEAST, Math.min(effort.warmUp, within(effort.warmUpMs))),
      requests: Math.max(LEAST, Math.min(MOST, within(effort.blockMs))),
      pairs: effort.pairsPerRound,
      pacedMs: measure.includes('latency') ? effort.pacedMs : 0,
    }
    return { programs: sides, plan, dispose }
  } finally {
    await side.stop()
  }
}

/** A program that is still young seems dearer than it will be. */
async function lookAt(side: Side, most: number): Promise<Block> {
  const requests = Math.min(most, LOOK)
  let cpuMs = 0
  for (let asked = requests; ; asked += requests) {
    const look = await measureBlock(side, requests)
    cpuMs += look.serverMicros / 1000
    if (asked + requests > Math.min(most, LOOKED_AT) || cpuMs > LOOKING_MS) return look
  }
}

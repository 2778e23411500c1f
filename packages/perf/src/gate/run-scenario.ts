import { type Bounds, checkCounters, checkGrowth, intervalAtLeast, intervalAtMost } from '../decide/checks.ts'
import type { Verdict } from '../decide/comparison.ts'
import { blocksOf, CPU, LATENCIES, pairsOf, STARTS, windowsOf } from '../decide/metrics.ts'
import { type WireRequest, wireRequest } from '../load/request.ts'
import { type Counters, measureCounters } from '../measure/counters.ts'
import { measureGrowth } from '../measure/growth.ts'
import { measureBlock, measureRound, type Programs, type Round, type RoundPlan } from '../measure/round.ts'
import { type Bench, type Program, referenceFor, Side, type SideName } from '../measure/side.ts'
import { measureStarts } from '../measure/starts.ts'
import type { NamedScenario } from '../scenario/load-scenarios.ts'
import type { Measurement } from '../scenario/scenario.ts'
import { type Interval, medianInterval } from '../stats/bootstrap.ts'
import { median } from '../stats/median.ts'
import {
  comparedBy,
  countedOf,
  describeRatio,
  isCandidate,
  isClear,
  isGeneratorLimit,
  lateness,
  numbersOf,
  RECORD_SLACK,
  type Recorded,
  withLateness,
} from './compare-samples.ts'
import type { Effort } from './effort.ts'
import { type Check, type Compared, type RawSamples, type ScenarioReport, worst } from './report.ts'

/** What a scenario is run with. */
export interface ScenarioRun {
  scenario: NamedScenario
  candidate: Program
  baseline: Program | undefined
  /** What was recorded with the baseline; undefined where nothing was. */
  recorded: Recorded | undefined
  measure: readonly Measurement[]
  notes: readonly string[]
  effort: Effort
  /** By `performance.now()`: no further round begins after it. */
  deadlineMs: number
  bench: Bench
  onProgress: (text: string) => void
}

/** Measures one scenario and decides. */
export async function runScenario(run: ScenarioRun): Promise<ScenarioReport> {
  const started = performance.now()
  const measuring = new Measuring(run)
  await measuring.run()
  const { comparisons, checks, notes, raw } = measuring
  return {
    name: run.scenario.name,
    about: run.scenario.about ?? '',
    verdict: worst([...comparisons, ...checks].map(({ verdict }) => verdict)),
    comparisons,
    checks,
    capacity: measuring.capacity,
    notes,
    raw,
    ms: performance.now() - started,
  }
}

class Measuring {
  readonly raw: RawSamples = { rounds: [], starts: [], counters: {}, growth: {} }
  readonly checks: Check[] = []
  readonly notes: string[]
  comparisons: Compared[] = []
  capacity: Interval | undefined
  readonly #run: ScenarioRun
  readonly #requests: readonly WireRequest[]

  constructor(run: ScenarioRun) {
    this.#run = run
    this.notes = [...run.notes]
    this.#requests = run.scenario.requests.map(wireRequest)
  }

  async run(): Promise<void> {
    const { measure } = this.#run
    if (measure.includes('counters')) await this.#counters()
    if (measure.includes('throughput') || measure.includes('latency')) await this.#rounds()
    if (measure.includes('growth')) await this.#unlessLate('growth', () => this.#growth())
    if (measure.includes('start')) await this.#unlessLate('start', () => this.#starts())
  }

  #say(text: string): void {
    this.#run.onProgress(`${this.#run.scenario.name}: ${text}`)
  }

  /** A busy machine uses up the time that a scenario has: what then is not measured is undecided. */
  async #unlessLate(name: string, measure: () => Promise<void>): Promise<void> {
    if (performance.now() < this.#run.deadlineMs + this.#run.effort.growthMs) return measure()
    const check = { name, title: name, value: Number.NaN, bound: undefined, from: 'nothing' }
    this.checks.push({ ...check, verdict: 'undecided', note: 'not measured: the time for this scenario was over' })
  }

  async #counters(): Promise<void> {
    const { candidate, baseline, recorded, scenario, bench, effort } = this.#run
    this.#say('counting')
    const plan = { warmUp: effort.warmUp, warmUpMs: 2 * effort.warmUpMs, blocks: 6 }
    const own = await measureCounters(candidate, this.#requests, plan, bench)
    const other = baseline && (await measureCounters(baseline, this.#requests, plan, bench))
    this.raw.counters = { candidate: own, ...(other && { baseline: other }) }
    const bounds: Bounds[] = []
    if (other) bounds.push({ from: 'baseline', counters: countedOf(other) })
    else if (recorded) bounds.push({ from: 'record', counters: numbersOf(recorded) })
    const check = (counters: Counters) => [
      ...checkCounters(counters, bounds, scenario.budget, scenario.slack),
      ...this.#allocations(counters.allocatedBytes, other?.allocatedBytes),
    ]
    let checks = check(own)
    if (checks.some(isLoss)) {
      // Counted twice as well: a timer, or a compiler that was late, is not there again.
      const again = new Set(
        check(await measureCounters(candidate, this.#requests, plan, bench))
          .filter(isLoss)
          .map(keyOf),
      )
      checks = checks.map(each => (isLoss(each) && !again.has(keyOf(each)) ? { ...each, ...NOT_AGAIN } : each))
    }
    this.checks.push(...checks)
  }

  #allocations(own: readonly number[] | string, other: readonly number[] | string | undefined): Check[] {
    const { scenario, recorded } = this.#run
    const check = { name: 'allocations', title: 'bytes allocated a request' }
    if (typeof own === 'string') {
      return [{ ...check, value: Number.NaN, bound: undefined, from: 'nothing', verdict: 'ok', note: own }]
    }
    const value = medianInterval([own])
    const bounds: [from: string, bound: number | undefined][] = [['budget', scenario.budget?.allocatedBytes]]
    if (typeof other === 'object') bounds.push(['baseline', medianInterval([other]).high * (1 + ALLOCATION_LIMIT)])
    else if (recorded?.allocatedBytes !== undefined) {
      bounds.push(['record', recorded.allocatedBytes * (1 + RECORD_SLACK)])
    }
    const held = bounds.flatMap(([from, bound]) =>
      bound === undefined ? [] : [{ ...check, value, bound, from, verdict: intervalAtMost(value, bound) }],
    )
    return held.length > 0 ? held : [{ ...check, value, bound: undefined, from: 'nothing', verdict: 'ok' }]
  }

  /** Rounds until everything is clear, the pairs or the time are used up; then a loss is measured once more. */
  async #rounds(): Promise<void> {
    const { effort, baseline } = this.#run
    const plan = await this.#plan()
    const { programs, dispose } = plan
    try {
      const rounds = await this.#untilClear(programs, plan.round, effort.leastPairs)
      this.raw.rounds.push(...rounds)
      this.comparisons = baseline ? this.#compareRounds(rounds) : []
      const lost = this.comparisons.filter(({ verdict }) => verdict === 'loss')
      if (lost.length > 0) await this.#confirm(lost, programs, plan.round)
      this.#bounds(this.raw.rounds)
    } finally {
      dispose()
    }
  }

  async #untilClear(programs: Programs, plan: RoundPlan, leastPairs: number): Promise<Round[]> {
    const { effort, deadlineMs, baseline } = this.#run
    const rounds: Round[] = []
    const pairs = () => rounds.length * plan.passes
    for (;;) {
      this.#say(`${pairs()} pairs${rounds.length > 0 ? `, ${this.#standing(rounds)}` : ''}`)
      rounds.push(await measureRound(programs, this.#requests, plan, this.#run.bench))
      const late = performance.now() > deadlineMs
      if (pairs() >= effort.mostPairs || (late && pairs() >= Math.min(leastPairs, plan.passes * 2))) return rounds
      if (pairs() >= leastPairs && (!baseline || this.#compareRounds(rounds).every(isClear))) return rounds
    }
  }

  #standing(rounds: readonly Round[]): string {
    const [cpu] = this.#run.baseline ? this.#compareRounds(rounds) : []
    return cpu ? `CPU time ${describeRatio(cpu)}` : ''
  }

  /** A loss has to show twice: in fresh processes, and by what these show alone. */
  async #confirm(lost: readonly Compared[], programs: Programs, plan: RoundPlan): Promise<void> {
    this.#say(`${lost.map(({ name }) => name).join(', ')} lost: measuring again`)
    const again = await this.#untilClear(programs, plan, this.#run.effort.leastPairs)
    this.raw.rounds.push(...again)
    const second = new Map(this.#compareRounds(again).map(compared => [compared.name, compared]))
    this.comparisons = this.#compareRounds(this.raw.rounds).map(compared => {
      const first = lost.find(({ name }) => name === compared.name)
      if (!first) return compared.verdict === 'loss' ? { ...compared, verdict: 'undecided' as const } : compared
      if (second.get(compared.name)?.verdict === 'loss') return { ...compared, verdict: 'loss' as const }
      return { ...compared, verdict: 'undecided' as const, note: 'lost once, and not when it was measured again' }
    })
  }

  #compareRounds(rounds: readonly Round[]): Compared[] {
    const { measure } = this.#run
    const blocks = blocksOf(rounds)
    const windows = windowsOf(rounds)
    const late = lateness(rounds)
    return [
      ...(measure.includes('throughput') ? [comparedBy(CPU, blocks)] : []),
      ...(measure.includes('latency') ? LATENCIES.map(metric => withLateness(comparedBy(metric, windows), late)) : []),
    ]
  }

  /** What holds without a baseline: the capacity beside node:http, and the budget. */
  #bounds(rounds: readonly Round[]): void {
    const { scenario, recorded, measure, baseline } = this.#run
    const { budget = {} } = scenario
    if (measure.includes('throughput')) {
      const groups = pairsOf(blocksOf(rounds), 'reference', 'candidate', CPU)
      const value = medianInterval(groups.map(group => group.map(([reference, own]) => reference / own)))
      this.capacity = value
      const check = { name: 'capacity', title: 'capacity, in multiples of node:http', value }
      if (budget.capacity !== undefined) {
        this.checks.push({
          ...check,
          bound: budget.capacity,
          from: 'budget',
          verdict: intervalAtLeast(value, budget.capacity),
        })
      }
      if (!baseline && recorded?.capacity) {
        const bound = recorded.capacity.estimate * (1 - RECORD_SLACK)
        this.checks.push({ ...check, bound, from: 'record', verdict: intervalAtLeast(value, bound) })
      }
      if (isGeneratorLimit(rounds)) {
        this.notes.push(
          'The load generator was the limit, not the server: requests a second say nothing, CPU time does.',
        )
      }
    }
    if (!measure.includes('latency')) return
    for (const { name, title, of } of LATENCIES) {
      const values = windowsOf(rounds).map(passes => passes.flat().filter(isCandidate).map(of))
      const value = medianInterval(values)
      const bound = budget[`${name as 'p50' | 'p95' | 'p99'}Ms`]
      const verdict: Verdict = bound === undefined ? 'ok' : intervalAtMost(value, bound)
      if (bound !== undefined || !baseline) {
        this.checks.push({
          name,
          title: `${title}, ms`,
          value,
          bound,
          from: bound === undefined ? 'nothing' : 'budget',
          verdict,
        })
      }
    }
  }

  /** Decides how large blocks are, by a first look at the candidate, whose answers the reference gives. */
  async #plan(): Promise<{ programs: Programs; round: RoundPlan; dispose: () => void }> {
    const { effort, candidate, baseline, bench, measure } = this.#run
    const side = await Side.start('probe', candidate, this.#requests, bench)
    try {
      const first = Math.min(effort.warmUp, 200)
      const { ms } = await side.run(first)
      const warmUp = Math.max(first, Math.min(effort.warmUp, Math.round((first / ms) * effort.warmUpMs)))
      await side.run(warmUp)
      const block = await measureBlock(side, first)
      const requests = Math.round((effort.blockMs * 1000) / (block.serverMicros / block.requests))
      const { program, dispose } = await referenceFor(side, this.#requests)
      const sides: [SideName, Program][] = [['candidate', candidate]]
      if (baseline) sides.push(['baseline', baseline], ['twin', baseline])
      sides.push(['reference', program])
      const round: RoundPlan = {
        warmUp,
        requests: Math.min(5_000, Math.max(20, requests)),
        passes: effort.pairsPerRound,
        windows: measure.includes('latency') ? effort.windows : 0,
        windowMs: effort.windowMs,
      }
      return { programs: sides, round, dispose }
    } finally {
      await side.stop()
    }
  }

  async #growth(): Promise<void> {
    const { candidate, baseline, scenario, bench, effort } = this.#run
    this.#say('memory')
    const perSecond = this.#rate()
    const requests = Math.max(2_000, Math.min(effort.growthRequests, Math.round((perSecond * effort.growthMs) / 1000)))
    const plan = {
      warmUp: Math.min(effort.warmUp, requests),
      requests: Math.min(requests, effort.growthRequests),
      points: 20,
    }
    const own = await measureGrowth(candidate, this.#requests, plan, bench)
    this.raw.growth.candidate = own
    let check = checkGrowth(own, undefined, scenario.budget)
    if (check.verdict !== 'ok' && baseline) {
      this.raw.growth.baseline = await measureGrowth(baseline, this.#requests, plan, bench)
      check = checkGrowth(own, this.raw.growth.baseline, scenario.budget)
    }
    if (check.verdict === 'loss') {
      const again = checkGrowth(
        await measureGrowth(candidate, this.#requests, plan, bench),
        this.raw.growth.baseline,
        scenario.budget,
      )
      if (again.verdict !== 'loss')
        check = { ...check, verdict: 'undecided', note: 'grew once, and not when it was measured again' }
    }
    this.checks.push(check)
  }

  /** Requests a second of the candidate, as measured. */
  #rate(): number {
    const rates = this.raw.rounds.flatMap(({ blocks }) =>
      blocks
        .flat()
        .filter(isCandidate)
        .map(({ requests, ms }) => requests / ms),
    )
    return rates.length > 0 ? median(rates) * 1000 : 1_000
  }

  async #starts(): Promise<void> {
    const { candidate, baseline, bench, effort } = this.#run
    this.#say('starts')
    const programs: [SideName, Program][] = [['candidate', candidate]]
    if (baseline) programs.push(['baseline', baseline], ['twin', baseline])
    this.raw.starts = await measureStarts(programs, this.#requests[0]!, effort.starts, bench)
    if (baseline) {
      // Every start is a process of its own, so every pair is a group of its own.
      const groups = this.raw.starts.map(pass => [pass])
      this.comparisons.push(...STARTS.map(metric => comparedBy(metric, groups)))
      return
    }
    for (const { name, title, of } of STARTS) {
      const value = medianInterval(this.raw.starts.map(pass => pass.filter(isCandidate).map(of)))
      this.checks.push({ name, title: `${title}, ms`, value, bound: undefined, from: 'nothing', verdict: 'ok' })
    }
  }
}

/** More bytes a request than this share are a loss. They are counted, so no spread has to be allowed for. */
const ALLOCATION_LIMIT = 0.05

const NOT_AGAIN = { verdict: 'undecided', note: 'a loss once, and not when it was measured again' } as const

function isLoss({ verdict }: Check): boolean {
  return verdict === 'loss'
}

function keyOf({ name, from }: Check): string {
  return `${name} ${from}`
}

// `make perf-proof`: gathers runs of the gate on programs that are the same, and on ones with a loss put in on purpose. Every
// run is a line of benchmarks/gate/proof/runs.jsonl, so that it can be stopped at any time and goes on where it was.
//
//   node tooling/perf/proof.ts [--minutes 30] [--only hello:cpu,row:same]   packs what is measured, and starts this
import { appendFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { type GateReport, loadScenarios, type NamedScenario, PROOF, runGate } from '@arlen/perf'
import { type Injection, isQuiet, nextKind, type ProofRun, RUNS_FILE, readRuns, SCENARIOS } from './proof/runs.ts'
import { burn } from './servers/injected.ts'

const { values } = parseArgs({
  options: {
    subject: { type: 'string' },
    commit: { type: 'string', default: '' },
    minutes: { type: 'string', default: '30' },
    only: { type: 'string' },
  },
})
const { subject: root, commit } = values
if (root === undefined) throw new Error('--subject names the folder with the servers and the packages: make perf-proof')
const file = process.env.PERF_PROOF_FILE ?? RUNS_FILE
const minutes = Number(values.minutes)
if (!(minutes > 0)) throw new Error(`MINUTES must be a number of minutes above 0, not ${values.minutes}`)
const until = performance.now() + minutes * 60_000
const isWanted = (scenario: string, injection: Injection) =>
  !values.only || values.only.split(',').includes(`${scenario}:${injection}`)
const scenarios = new Map(
  (await loadScenarios(import.meta.dirname, '*.perf.ts', SCENARIOS)).map(each => [each.name, each]),
)
/** CPU time of one iteration of `burn`, in microseconds. */
const iterationMicros = measureBurn()
/** CPU time of one request, in microseconds, the least that a run saw: what a busy machine adds to it is not to be found. */
const requestMicros = new Map<string, number>([
  ['hello', 10],
  ['row', 32],
])

for (let next = nextKind(readRuns(file), isWanted); next && performance.now() < until; ) {
  const { scenario, injection } = next
  const line = summarize(await run(scenarios.get(scenario)!, injection), injection)
  appendFileSync(file, `${JSON.stringify(line)}\n`)
  const by = line.foundBy.length > 0 ? ` by ${line.foundBy.join(', ')}` : ''
  const where = isQuiet(line) ? 'quiet' : `neighbors used ${line.neighbors.toFixed(1)} cores`
  console.log(`${scenario} ${injection}: ${line.outcome}${by}, ${line.seconds} s, ${where}`)
  next = nextKind(readRuns(file), isWanted)
}

if (!nextKind(readRuns(file), isWanted)) {
  console.log(`${file} has all the runs that are wanted. PERF_PROOF_FILE=<another file> gathers more.`)
}
if (!process.env.PERF_PROOF_FILE) await import('./proof/write.ts')

async function run(scenario: NamedScenario, injection: Injection): Promise<GateReport> {
  const amounts: Record<Injection, string> = {
    same: '',
    cpu: `cpu:${Math.round((0.1 * requestMicros.get(scenario.name)!) / iterationMicros)}`,
    latency: 'latency:20',
    leak: 'leak:1024',
  }
  const memory = injection === 'same' || injection === 'leak'
  const report = await runGate({
    candidate: { root: root!, label: injection, env: { ARLEN_PERF_INJECT: amounts[injection] } },
    baseline: { root: root!, label: 'same' },
    scenarios: [{ ...scenario, measure: ['throughput', 'latency', ...(memory ? (['growth'] as const) : [])] }],
    effort: PROOF,
  })
  const cpu = report.scenarios[0]!.comparisons.find(({ name }) => name === 'cpu')
  if (cpu) requestMicros.set(scenario.name, Math.min(requestMicros.get(scenario.name)!, cpu.baseline))
  return report
}

function summarize(report: GateReport, injection: Injection): ProofRun {
  const { name, comparisons, checks, outcome } = report.scenarios[0]!
  const growth = checks.find(check => check.name === 'growth')
  const lost = [...comparisons, ...checks].filter(each => each.outcome === 'loss').map(each => each.name)
  const short = (value: number) => Number(value.toPrecision(4))
  return {
    scenario: name,
    injection,
    at: report.at,
    commit,
    neighbors: short(report.machine.neighbors ?? Number.NaN),
    cores: report.machine.cores,
    seconds: Math.round(report.ms / 100) / 10,
    outcome,
    foundBy: lost,
    comparisons: Object.fromEntries(
      comparisons.map(({ name, ratio, spread, limit, outcome }) => [
        name,
        {
          ratio: short(ratio.estimate),
          low: short(ratio.low),
          high: short(ratio.high),
          spread: short(spread),
          limit: short(limit),
          outcome,
        },
      ]),
    ),
    growth: growth && typeof growth.value === 'object' ? short(growth.value.estimate) : null,
    pairs: comparisons.find(({ name }) => name === 'cpu')!.ratios.map(group => group.map(short)),
    samePairs: comparisons.find(({ name }) => name === 'cpu')!.sameRatios.map(group => group.map(short)),
  }
}

/** In calls as short as those that a request makes. */
function measureBurn(): number {
  const iterations = 1_000
  const calls = 50_000
  for (let call = 0; call < calls; call += 1) burn(iterations)
  const before = process.cpuUsage()
  for (let call = 0; call < calls; call += 1) burn(iterations)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / calls / iterations
}

// `make perf-proof`: gathers runs of the gate on programs that are the same, and on ones with a loss put in on purpose. Every
// run is a line of proof/runs.jsonl, so that it can be stopped at any time and goes on where it was.
//
//   node benchmarks/gate/proof.ts [--minutes 30] [--only hello:cpu,row:same]
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type GateReport, loadScenarios, type NamedScenario, PROOF, runGate } from '@arlen/perf'
import { INJECTIONS, type Injection, type ProofRun, SCENARIOS, WANTED } from './proof/runs.ts'
import { burn } from './servers/injected.ts'

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '30' }, only: { type: 'string' } } })
const root = join(import.meta.dirname, '..')
const file = process.env.PERF_PROOF_FILE ?? join(import.meta.dirname, 'proof/runs.jsonl')
const until = performance.now() + Number(values.minutes) * 60_000
const scenarios = new Map((await loadScenarios(root, 'gate/*.perf.ts', SCENARIOS)).map(each => [each.name, each]))
/** CPU time of one iteration of `burn`, in microseconds. */
const iterationMicros = measureBurn()
/** CPU time of one request as the last run saw it, in microseconds. */
const requestMicros = new Map<string, number>([
  ['hello', 12],
  ['row', 65],
])

for (let next = nextRun(); next !== undefined && performance.now() < until; next = nextRun()) {
  const [scenario, injection] = next
  const report = await run(scenarios.get(scenario)!, injection)
  const line = summarize(report, injection)
  appendFileSync(file, `${JSON.stringify(line)}\n`)
  console.log(
    `${scenario} ${injection}: ${line.verdict}${line.foundBy.length > 0 ? ` by ${line.foundBy.join(', ')}` : ''}, ${line.seconds} s`,
  )
}

if (!process.env.PERF_PROOF_FILE) await import('./proof/write.ts')

/** The kind that has the least of what it is to have. */
function nextRun(): [scenario: string, injection: Injection] | undefined {
  const done = existsSync(file)
    ? readFileSync(file, 'utf8')
        .trim()
        .split('\n')
        .filter(Boolean)
        .map(line => JSON.parse(line) as ProofRun)
    : []
  const kinds = SCENARIOS.flatMap(scenario => INJECTIONS.map(injection => [scenario, injection] as const))
    .filter(([scenario, injection]) => !values.only || values.only.split(',').includes(`${scenario}:${injection}`))
    .map(([scenario, injection]) => {
      const count = done.filter(each => each.scenario === scenario && each.injection === injection).length
      return { scenario, injection, share: count / WANTED[injection] }
    })
    .filter(({ share }) => share < 1)
    .sort((a, b) => a.share - b.share)
  return kinds[0] && [kinds[0].scenario, kinds[0].injection]
}

async function run(scenario: NamedScenario, injection: Injection): Promise<GateReport> {
  const amounts: Record<Injection, string> = {
    same: '',
    cpu: `cpu:${Math.round((0.1 * requestMicros.get(scenario.name)!) / iterationMicros)}`,
    latency: 'latency:20',
    leak: 'leak:1024',
  }
  const memory = injection === 'same' || injection === 'leak'
  const report = await runGate({
    candidate: { root, label: injection, env: { ARLEN_PERF_INJECT: amounts[injection] } },
    baseline: { root, label: 'same' },
    scenarios: [{ ...scenario, measure: ['throughput', 'latency', ...(memory ? (['growth'] as const) : [])] }],
    effort: PROOF,
  })
  const cpu = report.scenarios[0]!.comparisons.find(({ name }) => name === 'cpu')
  if (cpu) requestMicros.set(scenario.name, cpu.baseline)
  return report
}

function summarize(report: GateReport, injection: Injection): ProofRun {
  const { name, comparisons, checks, verdict } = report.scenarios[0]!
  const growth = checks.find(check => check.name === 'growth')
  const lost = [...comparisons, ...checks].filter(each => each.verdict === 'loss').map(each => each.name)
  const short = (value: number) => Number(value.toPrecision(4))
  return {
    scenario: name,
    injection,
    at: report.at,
    load: [report.machine.loadBefore, report.machine.loadAfter].map(short),
    cores: report.machine.cores,
    seconds: Math.round(report.ms / 100) / 10,
    verdict,
    foundBy: lost,
    comparisons: Object.fromEntries(
      comparisons.map(({ name, ratio, spread, limit, verdict }) => [
        name,
        {
          ratio: short(ratio.estimate),
          low: short(ratio.low),
          high: short(ratio.high),
          spread: short(spread),
          limit: short(limit),
          verdict,
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

// `make bench`: whole servers against references. WHAT=name picks one scenario, or a micro benchmark of micro/.
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { describeLatency, type Latency, measureLatency } from './whole/latency.ts'
import { type Effort, measure } from './whole/measure.ts'
import { describeMemory, measureMemory } from './whole/memory.ts'
import { describeFigures } from './whole/report.ts'
import { type Scenario, scenarios } from './whole/scenarios.ts'
import type { Figures } from './whole/statistics.ts'

const full: Effort = { rounds: 5, requests: 40_000, warmUp: 30_000, connections: 50 }
const smoke: Effort = { rounds: 1, requests: 400, warmUp: 100, connections: 8 }

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { smoke: { type: 'boolean', default: false }, rounds: { type: 'string' } },
})
const micro = readdirSync(join(import.meta.dirname, 'micro'))
  .filter(file => file.endsWith('.bench.ts'))
  .map(file => file.slice(0, -'.bench.ts'.length))

const known = [...scenarios.map(({ name }) => name), 'latency', 'memory', ...micro]
const unknown = positionals.filter(name => !known.includes(name))
if (unknown.length > 0) {
  console.error(`bench: there is no ${unknown.join(', ')}; there are ${known.join(', ')}`)
  process.exit(64)
}

const chosen = (name: string) => positionals.length === 0 || positionals.includes(name)
await runWhole(
  scenarios.filter(({ name }) => chosen(name)),
  chosen('latency'),
  chosen('memory'),
)
// Micro benchmarks run only when named; the smoke run starts all of them, so that none breaks unnoticed.
for (const name of micro.filter(name => (values.smoke ? chosen(name) : positionals.includes(name)))) {
  if (values.smoke) process.env.BENCH_SMOKE = '1'
  await import(`./micro/${name}.bench.ts`)
}

async function runWhole(chosen: readonly Scenario[], withLatency: boolean, withMemory: boolean): Promise<void> {
  if (chosen.length === 0 && !withLatency && !withMemory) return
  const effort = values.smoke ? smoke : { ...full, rounds: Number(values.rounds ?? full.rounds) }
  const results: { scenario: Scenario; figures: Figures[] }[] = []
  for (const scenario of chosen) {
    const figures = await measure(scenario, effort)
    results.push({ scenario, figures })
    if (values.smoke) console.log(`${scenario.name}: ${scenario.servers.join(', ')} answer alike`)
    else console.log(`${describeFigures(scenario, figures)}\n`)
  }
  const latency: Latency[] = withLatency ? await measureLatency(effort) : []
  if (withLatency) console.log(values.smoke ? 'latency: measured' : `${describeLatency(latency)}\n`)
  const memory = withMemory ? await measureMemory(effort) : undefined
  if (memory) console.log(values.smoke ? 'memory: measured' : `${describeMemory(memory)}\n`)
  if (!values.smoke) saveResults({ effort, node: process.version, results, latency, memory })
}

function saveResults(report: object): void {
  const folder = join(import.meta.dirname, '../.arlen')
  mkdirSync(folder, { recursive: true })
  const file = join(folder, 'bench.json')
  writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`)
  console.log(`The figures as JSON: ${file}`)
}

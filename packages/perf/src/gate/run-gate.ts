import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type OptionTable, option, readOptions } from '@arlen/core/options'
import { type BaselineRecord, recordedFor } from '../baseline/record.ts'
import { perfError } from '../errors.ts'
import { wireRequest } from '../load/request.ts'
import { startLoad } from '../load/start-load.ts'
import type { Program } from '../measure/program.ts'
import { type Bench, Side } from '../measure/side.ts'
import { divideCores } from '../process/cores.ts'
import type { NamedScenario } from '../scenario/load-scenarios.ts'
import type { Measurement } from '../scenario/scenario.ts'
import { Databases, migrationsOf } from './database.ts'
import { CHECK, type Effort } from './effort.ts'
import { watchMachine } from './machine.ts'
import { type GateReport, type ScenarioReport, type SideLabel, worst } from './report.ts'
import { runOrExplain } from './silence.ts'

/** A program to measure: a folder, and what people call it. */
export interface Subject extends SideLabel {
  root: string
  /** Environment variables of this one alone. */
  env?: Readonly<Record<string, string>> | undefined
}

/** Options of {@link runGate}. */
export interface GateOptions {
  candidate: Subject
  /** What the candidate is compared with. Without one, what was recorded and the budgets count. */
  baseline?: Subject | undefined
  recorded?: BaselineRecord | undefined
  scenarios: readonly NamedScenario[]
  /** The module of the application, from the root of a subject. */
  app?: string | undefined
  migrations?: string | false | undefined
  env?: Readonly<Record<string, string>> | undefined
  /** Default {@link CHECK}. */
  effort?: Effort | undefined
  /** What is worth saying in the report, such as why there is no baseline. */
  notes?: readonly string[] | undefined
  onProgress?: ((text: string) => void) | undefined
}

const OPTIONS: OptionTable<GateOptions> = {
  candidate: option.required(option.object),
  baseline: option.object,
  recorded: option.object,
  scenarios: option.required(option.listOf(option.object)),
  app: option.text,
  migrations: option.either(option.text, option.oneOf(false)),
  env: option.recordOf(option.string),
  effort: option.object,
  notes: option.listOf(option.string),
  onProgress: option.func,
}

const CONNECTIONS = 32
/** Far more than any start takes, on a machine that is very busy. */
const START_MS = 60_000

/**
 * Measures every scenario on candidate and baseline, in pairs, and decides.
 *
 * @throws app_missing, process_ended, measurement_failed
 */
export async function runGate(given: GateOptions): Promise<GateReport> {
  const options = readOptions('runGate()', given, OPTIONS)
  const { candidate, baseline, recorded, scenarios, notes = [], onProgress = () => {} } = options
  const effort = options.effort ?? CHECK
  const started = performance.now()
  const cores = divideCores()
  const describeMachine = watchMachine(cores)
  const machineBefore = describeMachine()
  const bench: Bench = {
    load: startLoad(cores.load),
    cores,
    connections: CONNECTIONS,
    silenceMs: effort.silenceMs,
    startMs: START_MS,
  }
  const databases = new Databases(cores)
  const reports: ScenarioReport[] = []
  const startsOf = new Set<string>()
  try {
    for (const [at, scenario] of scenarios.entries()) {
      const app = scenario.app ?? options.app
      const measure = scenario.measure ?? measurementsOf(app ?? '', startsOf)
      const other = baseline && (await usable(() => program(baseline), scenario, bench))
      reports.push(
        await runOrExplain({
          candidate: await program(candidate),
          baseline: typeof other === 'string' ? undefined : other,
          notes: typeof other === 'string' ? [`the baseline cannot run this scenario: ${other}`] : [],
          scenario,
          requests: scenario.requests.map(wireRequest),
          recorded: recorded && recordedFor(recorded, scenario.name, machineBefore),
          measure: effort.starts === 0 ? measure.filter(each => each !== 'start') : measure,
          effort,
          deadlineMs: started + (effort.budgetMs * (at + 0.7)) / scenarios.length,
          bench,
          onProgress,
        }),
      )
      function program(subject: Subject): Promise<Program> {
        return programOf(subject, scenario, options, databases)
      }
    }
  } finally {
    await bench.load.stop()
    await databases.close()
  }
  return {
    format: 1,
    at: new Date().toISOString(),
    effort: effort.name,
    candidate: labelOf(candidate),
    baseline: baseline && labelOf(baseline),
    machine: describeMachine(),
    outcome: worst(reports.map(({ outcome }) => outcome)),
    scenarios: reports,
    notes: [...notes],
    ms: performance.now() - started,
  }
}

/** The baseline's program, where it answers what the scenario asks; else why not. An older release need not know it all. */
async function usable(
  program: () => Promise<Program>,
  scenario: NamedScenario,
  bench: Bench,
): Promise<Program | string> {
  try {
    const found = await program()
    const side = await Side.start('probe', found, scenario.requests.map(wireRequest), { ...bench, connections: 1 })
    await side.stop()
    return found
  } catch (error) {
    return (error as Error).message
  }
}

/** Everything, but the start of each application once. */
function measurementsOf(app: string, startsOf: Set<string>): Measurement[] {
  const measure: Measurement[] = ['counters', 'throughput', 'latency', 'growth']
  if (startsOf.has(app)) return measure
  startsOf.add(app)
  return [...measure, 'start']
}

/** What an application of ours wants to be told in production. */
const PRODUCTION = { ARLEN_ENV: 'production', ARLEN_SECURITY_HOSTS: '127.0.0.1', ARLEN_MAIL_DELIVER: 'outbox' }

const APPS = ['app.ts', 'app.js', 'src/app.ts', 'src/app.js']

async function programOf(
  { root, env: own }: Subject,
  scenario: NamedScenario,
  { app, migrations, env }: GateOptions,
  databases: Databases,
): Promise<Program> {
  const named = scenario.app ?? app
  const candidates = named === undefined ? APPS : [named, named.replace(/\.ts$/, '.js')]
  const file = candidates.map(name => join(root, name)).find(each => existsSync(each))
  if (file === undefined) throw perfError('app_missing', { root, list: candidates.join(', ') })
  const folder = migrationsOf(root, scenario.app === undefined ? migrations : false)
  const dsn = folder !== undefined || scenario.data ? await databases.make(folder) : undefined
  const data = dsn === undefined ? undefined : (await scenario.data?.({ dsn })) || undefined
  return {
    file,
    cwd: root,
    headers: data?.headers,
    env: {
      ...PRODUCTION,
      ARLEN_SESSION_SECRETS: randomBytes(32).toString('base64url'),
      ...(dsn !== undefined && { DATABASE_URL: dsn }),
      ...env,
      ...scenario.env,
      ...own,
    },
  }
}

function labelOf({ label, commit }: Subject): SideLabel {
  return { label, ...(commit !== undefined && { commit }) }
}

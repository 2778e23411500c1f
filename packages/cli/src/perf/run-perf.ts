import { mkdirSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import {
  archiveReport,
  baselineOf,
  CHECK,
  definePerf,
  describeReport,
  type GateReport,
  GLANCE,
  loadPerfConfig,
  loadScenarios,
  perfError,
  RELEASE,
  readBaseline,
  untilDecided as repeatUntilDecided,
  runGate,
} from '@arlen/perf'
import type { Io } from '../command.ts'
import { findSubjects } from './subjects.ts'

/** What `arlen perf` was asked. */
export interface PerfRun {
  root: string
  /** Names of scenarios; none for all. */
  only: readonly string[]
  baseline: string | undefined
  untilDecided: boolean
  reason: string | undefined
  json: boolean
  io: Io
}

const RECORD_COMMAND = 'arlen perf --record "why the figures may change"'

/** Runs the gate over an application. @returns the exit code: 1 for a loss, 3 for what had to be decided and was not */
export async function runPerf({ root, only, baseline, untilDecided, reason, json, io }: PerfRun): Promise<number> {
  if (reason?.trim() === '') throw perfError('reason_missing', { command: RECORD_COMMAND })
  const { app, migrations, env, ...config } = (await loadPerfConfig(root)) ?? definePerf()
  const scenarios = await loadScenarios(root, config.scenarios, only)
  const file = join(root, config.record ?? 'perf/baseline.json')
  const recorded = readBaseline(file, RECORD_COMMAND)
  const subjects = await findSubjects(root, baseline ?? config.baseline, text => io.status?.(text))
  const isCompared = subjects.baseline !== undefined || recorded !== undefined || reason !== undefined
  const effort = untilDecided ? RELEASE : isCompared ? CHECK : GLANCE
  const onProgress = (text: string) => io.status?.(text)
  const report = await repeatUntilDecided(effort, () =>
    runGate({ app, migrations, env, ...subjects, recorded, scenarios, effort, onProgress }),
  )
  io.status?.()
  const archived = archiveReport(root, report)
  if (json) io.out(JSON.stringify(report))
  else io.out(`${describeReport(report)}\nThe report: ${archived.html}`)
  if (reason !== undefined) record(file, report, reason)
  return exitCode(report, untilDecided)
}

function record(file: string, report: GateReport, why: string): void {
  const commit = report.candidate.commit ?? report.candidate.label
  const { username: who } = userInfo()
  const text = JSON.stringify(baselineOf(report, { commit, who, why, command: RECORD_COMMAND }), null, 2)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, `${text}\n`)
}

function exitCode({ outcome }: GateReport, untilDecided: boolean): number {
  if (outcome === 'loss') return 1
  return outcome === 'undecided' && untilDecided ? 3 : 0
}

import { readFileSync } from 'node:fs'
import { type OptionTable, option, readOptions } from '@arlen/core/options'
import { perfError } from '../errors.ts'
import type { Recorded } from '../gate/compare-samples.ts'
import type { Machine } from '../gate/machine.ts'
import type { GateReport } from '../gate/report.ts'
import { median } from '../stats/median.ts'

/** A baseline as it is committed: what it is, who made it and why, and figures that hold where it cannot be run. */
export interface BaselineRecord {
  format: 1
  /** The commit, or the release, that candidates are compared with. */
  commit: string
  who: string
  why: string
  /** ISO 8601. */
  when: string
  machine: Machine
  scenarios: Record<string, Recorded>
}

const RULES: OptionTable<BaselineRecord> = {
  format: option.oneOf(1),
  commit: option.text,
  who: option.text,
  why: option.text,
  when: option.text,
  machine: option.object,
  scenarios: option.object,
}

/**
 * Reads a record; undefined where there is none. `command` is what records one, for the message.
 *
 * @throws baseline_invalid for one without its metadata or its reason
 */
export function readBaseline(file: string, command: string): BaselineRecord | undefined {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
  const problem = problemIn(text)
  if (problem !== undefined) throw perfError('baseline_invalid', { file, problem, command })
  return JSON.parse(text) as BaselineRecord
}

function problemIn(text: string): string | undefined {
  let record: Record<string, unknown>
  try {
    record = JSON.parse(text) as Record<string, unknown>
  } catch (error) {
    return (error as Error).message
  }
  for (const [name, rule] of Object.entries(RULES)) {
    if (!rule.accepts(record[name])) return `${name} must be ${rule.expected}`
  }
  const { why, when, machine } = record as unknown as BaselineRecord
  if (why.trim().split(/\s+/).length < LEAST_WORDS) return `why must say why, in ${LEAST_WORDS} words or more`
  if (Number.isNaN(Date.parse(when))) return 'when must be a date'
  if (typeof machine.node !== 'string' || typeof machine.cpu !== 'string')
    return 'machine must name its cpu and its node'
  return undefined
}

/** What a record is of, and why there is one. */
export interface BaselineReason {
  /** The commit, or the release, that was measured. */
  commit: string
  who: string
  why: string
  /** What records one, for the message where the reason is missing. */
  command: string
}

const REASON: OptionTable<BaselineReason> = {
  commit: option.required(option.text),
  who: option.required(option.text),
  why: option.required(option.string),
  command: option.required(option.text),
}

/** A reason of fewer words gives none. */
const LEAST_WORDS = 2

/**
 * Makes the record of a run in which the candidate was what is to be the baseline.
 *
 * @throws reason_missing
 */
export function baselineOf(report: GateReport, reason: BaselineReason): BaselineRecord {
  const { commit, who, why, command } = readOptions('baselineOf()', reason, REASON)
  if (why.trim().split(/\s+/).length < LEAST_WORDS || why.trim() === '') throw perfError('reason_missing', { command })
  return {
    format: 1,
    commit,
    who,
    why: why.trim(),
    when: report.at,
    machine: report.machine,
    scenarios: Object.fromEntries(
      report.scenarios.map(({ name, raw, capacity }) => {
        const { modules, queries, calls, allocatedBytes } = raw.counters.candidate ?? {}
        const recorded: Recorded = {
          modules,
          queries,
          ...(typeof calls === 'number' && { calls }),
          ...(typeof allocatedBytes === 'object' && { allocatedBytes: Math.round(median(allocatedBytes)) }),
          capacity,
        }
        return [name, recorded]
      }),
    ),
  }
}

/**
 * What was recorded of a scenario and holds on this machine. System calls are the kernel's and Node.js's, too, and bytes on the
 * heap V8's: both count only where these are the same.
 */
export function recordedFor(record: BaselineRecord, name: string, machine: Machine): Recorded | undefined {
  const recorded = record.scenarios[name]
  if (!recorded) return undefined
  const { node, platform } = record.machine
  const isSame = node === machine.node && platform === machine.platform
  return isSame ? recorded : { ...recorded, calls: undefined, allocatedBytes: undefined }
}

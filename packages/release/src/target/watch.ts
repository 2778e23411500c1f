import { setTimeout as sleep } from 'node:timers/promises'
import { type OptionTable, option } from '@arlen/core/options'
import { releaseError } from '../errors.ts'
import { askRunning, type ReloadMode, type RunningRelease } from './reload.ts'

/** For how long a release is watched after the switch, and how many errors are too many. */
export interface WatchOptions {
  /** Time in milliseconds. */
  forMs: number
  /**
   * The share of answers that may be errors, from 0 to 1. Default 0.01. Where more were errors before the switch, twice that share may be.
   */
  maxErrorRate?: number | undefined
}

/** Rules of {@link WatchOptions}. */
export const WATCH_OPTIONS: OptionTable<WatchOptions> = {
  forMs: option.required(option.durationMs(1)),
  maxErrorRate: option.number(0, 1),
}

/** Answers of a running application. */
export interface AnswerCounts {
  answered: number
  /** Those with a 5xx status, and requests refused for overload. */
  failed: number
}

export const NO_ANSWERS: AnswerCounts = { answered: 0, failed: 0 }

const DEFAULT_MAX_ERROR_RATE = 0.01
/** Fewer say nothing: a single visitor may find a page that was always broken. */
const MIN_FAILED = 5
/** One worker may die by itself. */
const MIN_CRASHES = 2
const POLL_MS = 1000

interface WorkerCounts {
  release?: string
  shed: number
  statuses?: readonly number[]
}

/** What is read of propane's status. */
interface Status {
  pid: number
  statuses: readonly number[]
  totals: { shed: number; crashes: number }
  workers: readonly WorkerCounts[]
}

/**
 * The errors of the release that runs before the switch. Undefined where nothing runs.
 *
 * @throws watch_impossible if what runs does not tell them
 */
export async function errorsBefore(
  running: RunningRelease,
  from: string | undefined,
  reload: ReloadMode,
): Promise<AnswerCounts | undefined> {
  if (reload === 'none') throw releaseError('watch_impossible', { reason: 'nothing is reloaded' })
  if (from === undefined) return undefined
  const answer = await askRunning<Status>(running, 'status')
  if (typeof answer === 'string') throw releaseError('watch_impossible', { reason: answer.replace(/\.$/, '') })
  if (answer.result) {
    const own = answer.result.workers.filter(({ release }) => release === from)
    return sum(own.map(({ statuses = [], shed }) => countsOf(statuses, shed)))
  }
  if (answer.error?.code === 'propane_not_running' && reload === 'auto') return undefined
  throw releaseError('watch_impossible', { reason: (answer.error?.message ?? 'no reason given').replace(/\.$/, '') })
}

/** Counts the errors of what runs now, until the time is over or there are too many. `reason` says which. */
export async function watchErrors(
  running: RunningRelease,
  before: AnswerCounts,
  { forMs, maxErrorRate = DEFAULT_MAX_ERROR_RATE }: WatchOptions,
): Promise<AnswerCounts & { reason: string | undefined }> {
  const limit = Math.max(maxErrorRate, 2 * rateOf(before))
  const end = performance.now() + forMs
  let start: Status | undefined
  let isLast = false
  for (;;) {
    const answer = await askRunning<Status>(running, 'status')
    const status = typeof answer === 'string' ? undefined : answer.result
    if (!status) {
      const said = typeof answer === 'string' ? answer : answer.error?.message
      return { ...NO_ANSWERS, reason: `it does not answer any more: ${(said ?? 'no reason given').replace(/\.$/, '')}` }
    }
    // A primary that was replaced counts from nothing.
    if (start?.pid !== status.pid) start = status
    const counts = difference(allCounts(status), allCounts(start))
    const crashes = status.totals.crashes - start.totals.crashes
    if (crashes >= MIN_CRASHES) return { ...counts, reason: `${crashes} of its workers crashed` }
    if (counts.failed >= MIN_FAILED && rateOf(counts) > limit) {
      return {
        ...counts,
        reason: `${percent(rateOf(counts))} of ${counts.answered} answers were errors${than(before)}`,
      }
    }
    if (isLast) return { ...counts, reason: undefined }
    const left = end - performance.now()
    isLast = left <= POLL_MS
    await sleep(Math.max(0, Math.min(POLL_MS, left)))
  }
}

function allCounts({ statuses, totals }: Status): AnswerCounts {
  return countsOf(statuses, totals.shed)
}

/** @param statuses - how many answers there were of each class, from 1xx to 5xx */
function countsOf(statuses: readonly number[], shed: number): AnswerCounts {
  const [, ok = 0, redirects = 0, refused = 0, failed = 0] = statuses
  return { answered: ok + redirects + refused + failed + shed, failed: failed + shed }
}

function sum(all: readonly AnswerCounts[]): AnswerCounts {
  return all.reduce((a, b) => ({ answered: a.answered + b.answered, failed: a.failed + b.failed }), NO_ANSWERS)
}

function difference(now: AnswerCounts, then: AnswerCounts): AnswerCounts {
  return { answered: now.answered - then.answered, failed: now.failed - then.failed }
}

function rateOf({ answered, failed }: AnswerCounts): number {
  return answered === 0 ? 0 : failed / answered
}

function percent(rate: number): string {
  return `${Number((rate * 100).toPrecision(2))} %`
}

function than(before: AnswerCounts): string {
  return before.answered === 0 ? '' : `, after ${percent(rateOf(before))} before the switch`
}

import { readFile, rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { runStep } from './explain.ts'
import { appendHistory, type HistoryEntry } from './history.ts'
import { userName, withTargetLock } from './lock.ts'
import { currentRelease, removeLeftovers, requireTarget, type TargetFolder, writeAtomically } from './target-folder.ts'

/** What a command that changes a target is doing, kept on disk meanwhile. */
interface Ongoing {
  action: HistoryEntry['action']
  from: string | null
  to: string | null
  step: string
  startedAt: string
}

/** A running command. */
export interface Operation {
  readonly from: string | undefined
  /** Records the step that begins, and its release. Nothing is on disk before the first one. */
  begin(step: string, id?: string): Promise<void>
}

const NOTHING = 'Nothing was changed'

/** The errors after which `current` leads back. */
const REVERTED: ReadonlySet<string | undefined> = new Set(['reload_failed', 'errors_rose'])

/**
 * Runs a command that changes a target: under its lock, after cleaning up after a killed one, and with a line in the
 * history however it ends.
 *
 * @param to - the release to be activated, if the command is about one
 */
export async function operate<T>(
  target: TargetFolder,
  action: HistoryEntry['action'],
  to: string | undefined,
  fn: (operation: Operation) => Promise<T>,
): Promise<T> {
  requireTarget(target)
  const command = `arlen release ${action}${to === undefined ? '' : ` ${to}`}`
  return runStep('lock', NOTHING, () =>
    withTargetLock(target, command, async () => {
      await runStep('clear up', NOTHING, () => recover(target))
      const started = performance.now()
      const from = await currentRelease(target)
      const startedAt = new Date().toISOString()
      const file = ongoingFile(target)
      let current = 'prepare'
      let wanted = to
      const begin = (step: string, id = wanted) => {
        current = step
        wanted = id
        const ongoing: Ongoing = { action, from: from ?? null, to: wanted ?? null, step, startedAt }
        // A full disk shows here, before anything is changed.
        return runStep(step, NOTHING, () => writeAtomically(file, JSON.stringify(ongoing)))
      }
      const finish = async (outcome: Pick<HistoryEntry, 'outcome' | 'reason' | 'step'>) => {
        const durationMs = Math.round(performance.now() - started)
        await appendHistory(target, { ...describe(action, from ?? null, wanted ?? null), durationMs, ...outcome })
        await rm(file, { force: true })
      }
      try {
        const result = await fn({ from, begin })
        await runStep('history', 'The command itself has succeeded', () => finish({ outcome: 'ok' }))
        return result
      } catch (error) {
        const reverted = REVERTED.has((error as { code?: string }).code)
        const reason = (error as Error).message.split('\n')[0]!
        // The first error is the one to report.
        await finish({ outcome: reverted ? 'reverted' : 'failed', step: current, reason }).catch(() => undefined)
        throw error
      }
    }),
  )
}

/** The command that was killed on this target, if no other followed it. */
export async function interrupted(target: TargetFolder): Promise<Ongoing | undefined> {
  try {
    return JSON.parse(await readFile(ongoingFile(target), 'utf8')) as Ongoing
  } catch {
    return undefined
  }
}

/**
 * Records that a command was killed, and removes its partial results. `current` points to a complete release at every
 * moment.
 */
async function recover(target: TargetFolder): Promise<void> {
  await removeLeftovers(target)
  const killed = await interrupted(target)
  if (killed) {
    const { action, from, to, step } = killed
    await appendHistory(target, { ...describe(action, from, to), durationMs: 0, outcome: 'interrupted', step })
  }
  await rm(ongoingFile(target), { force: true })
}

function describe(action: HistoryEntry['action'], from: string | null, to: string | null) {
  return { at: new Date().toISOString(), user: userName(), host: hostname(), action, from, to }
}

function ongoingFile(target: TargetFolder): string {
  return join(target.state, 'ongoing.json')
}

import { readFile, rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { runStep } from './explain.ts'
import { appendHistory, type HistoryEntry } from './history.ts'
import { lockTarget, userName } from './lock.ts'
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
  const unlock = await runStep('lock', NOTHING, () => lockTarget(target, command))
  try {
    const from = await runStep('clear up', NOTHING, async () => {
      await recover(target)
      return currentRelease(target)
    })
    return await underLock(target, { action, from: from ?? null, to: to ?? null }, fn)
  } finally {
    await unlock()
  }
}

async function underLock<T>(
  target: TargetFolder,
  { action, from, to }: Pick<Ongoing, 'action' | 'from' | 'to'>,
  fn: (operation: Operation) => Promise<T>,
): Promise<T> {
  const started = performance.now()
  const startedAt = new Date().toISOString()
  const file = ongoingFile(target)
  let current = 'prepare'
  let wanted = to
  const begin = (step: string, id = wanted) => {
    current = step
    wanted = id
    const ongoing: Ongoing = { action, from, to: wanted, step, startedAt }
    // A full disk shows here, before anything is changed.
    return runStep(step, NOTHING, () => writeAtomically(file, JSON.stringify(ongoing)))
  }
  const finish = async (outcome: Pick<HistoryEntry, 'outcome' | 'reason' | 'step'>) => {
    const durationMs = Math.round(performance.now() - started)
    await appendHistory(target, { ...describe(action, from, wanted), durationMs, ...outcome })
    await rm(file, { force: true })
  }
  try {
    const result = await fn({ from: from ?? undefined, begin })
    await runStep('history', 'The command itself has succeeded', () => finish({ outcome: 'ok' }))
    return result
  } catch (thrown) {
    const error = await runStep(current, NOTHING, () => Promise.reject(thrown)).catch((each: Error) => each)
    const reverted = REVERTED.has((error as { code?: string }).code)
    const reason = inOneLine(error)
    // The first error is the one to report.
    await finish({ outcome: reverted ? 'reverted' : 'failed', step: current, reason }).catch(() => undefined)
    throw error
  }
}

/** Missing settings are listed in separate lines; elsewhere, the lines are those of a log. */
function inOneLine(error: Error): string {
  const lines = error.message.split('\n').map(line => line.trim())
  return (error as { code?: string }).code === 'config_invalid' ? lines.join(' ') : lines[0]!
}

/** The command that was killed on this target, if no other followed it. */
export async function interrupted(target: TargetFolder): Promise<Ongoing | undefined> {
  const text = await readFile(ongoingFile(target), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  try {
    return text === undefined ? undefined : (JSON.parse(text) as Ongoing)
  } catch {
    return undefined // torn by a power failure
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

import { type OptionTable, option, readOptions } from '@arlen/core/options'
import { previousRelease } from './activate.ts'
import { runStep } from './explain.ts'
import { readHistory, successfulReleases } from './history.ts'
import { operate } from './operation.ts'
import {
  currentRelease,
  releaseIds,
  removeRelease,
  requireTarget,
  type TargetFolder,
  targetFolder,
} from './target-folder.ts'

/** Options of {@link pruneReleases}. */
export interface PruneOptions {
  /** The folder of the target. */
  target: string
  /** How many releases to keep besides the running one, the most recently run first. At least 1. Default 4. */
  keep?: number | undefined
  /** Returns the plan and changes nothing. Default false. */
  dryRun?: boolean | undefined
}

const OPTIONS: OptionTable<PruneOptions> = {
  target: option.required(option.text),
  keep: option.integer(1),
  dryRun: option.boolean,
}

/**
 * Removes old releases. The running one, the one that a rollback goes back to, and newer ones are kept.
 *
 * @returns the ids that were removed, or would be
 * @throws target_missing, target_locked, step_failed
 */
export async function pruneReleases(given: PruneOptions): Promise<string[]> {
  const { target: dir, keep = 4, dryRun = false } = readOptions('pruneReleases()', given, OPTIONS)
  const target = targetFolder(dir)
  requireTarget(target)
  if (dryRun) return planPrune(target, keep)
  return operate(target, 'prune', undefined, async ({ begin }) => {
    const removed = await planPrune(target, keep)
    if (removed.length > 0) await begin('remove')
    for (const id of removed) await runStep('remove', `${id} may be left in part`, () => removeRelease(target, id))
    return removed
  })
}

async function planPrune(target: TargetFolder, keep: number): Promise<string[]> {
  const [ids, current] = [await releaseIds(target), await currentRelease(target)]
  const previous = await previousRelease(target, current)
  const known = successfulReleases(await readHistory(target))
  // Where the history is lost, those before the running one may have run, the newest last.
  const ran = known.length > 0 ? known : ids.filter(id => current !== undefined && id < current).reverse()
  const others = ran.filter(id => id !== current && ids.includes(id))
  const kept = new Set([...others.slice(0, keep), current, previous])
  // Releases that were added but have not run yet are about to.
  return ids.filter(id => !kept.has(id) && (ran.includes(id) || (current !== undefined && id < current)))
}

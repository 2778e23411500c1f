import { join } from 'node:path'
import { readManifest } from '../manifest/manifest.ts'
import { previousRelease } from './activate.ts'
import { type HistoryEntry, readHistory } from './history.ts'
import { type Holder, lockHolder } from './lock.ts'
import { interrupted } from './operation.ts'
import { currentRelease, releaseIds, requireTarget, targetFolder } from './target-folder.ts'

/** One release of a target. */
export interface ReleaseSummary {
  id: string
  /** `current`: the running one. `previous`: the one a rollback goes back to. */
  state: 'current' | 'previous' | 'present'
  commit: string | null
  version: string
  /** When it was last activated; null if never. */
  activatedAt: string | null
}

/** The state of a target. */
export interface TargetStatus {
  current: string | undefined
  previous: string | undefined
  /** The command that is working on it now. */
  holder: Holder | undefined
  /** The step at which the last command was killed, if it was. */
  interrupted: { action: string; step: string; to: string | null } | undefined
  /** The last ten lines of the history, oldest first. */
  history: HistoryEntry[]
}

/** The releases of a target, oldest first. Throws target_missing. */
export async function listReleases(dir: string): Promise<ReleaseSummary[]> {
  const target = targetFolder(dir)
  requireTarget(target)
  const current = await currentRelease(target)
  const previous = await previousRelease(target, current)
  const history = await readHistory(target)
  const ids = await releaseIds(target)
  return Promise.all(
    ids.map(async id => {
      const { application, commit } = await readManifest(join(target.releases, id))
      const last = history.findLast(({ to, outcome, action }) => to === id && outcome === 'ok' && action !== 'prune')
      return {
        id,
        state: id === current ? 'current' : id === previous ? 'previous' : 'present',
        commit: commit.id,
        version: application.version,
        activatedAt: last?.at ?? null,
      } satisfies ReleaseSummary
    }),
  )
}

/** What runs on a target, what ran before, and what is in progress. Throws target_missing. */
export async function targetStatus(dir: string): Promise<TargetStatus> {
  const target = targetFolder(dir)
  requireTarget(target)
  const current = await currentRelease(target)
  const holder = await lockHolder(target)
  // While a command works, its file exists and nothing was interrupted.
  const killed = holder ? undefined : await interrupted(target)
  return {
    current,
    previous: await previousRelease(target, current),
    holder,
    interrupted: killed && { action: killed.action, step: killed.step, to: killed.to },
    history: (await readHistory(target)).slice(-10),
  }
}

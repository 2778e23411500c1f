import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { git } from '../release/git.ts'
import { runStage } from '../stage.ts'
import { packTree } from './packed-tree.ts'

const PACKED = '.arlen/perf/packed'
const READY = `${PACKED}/ready`

/** A commit, checked out, built and packed beside the working copy. */
export interface BaselineTree {
  /** Where its packages are as they would be published. */
  packed: string
  commit: string
}

/** Why there is none. */
export interface NoTree {
  reason: string
}

/**
 * Checks a commit out below `.arlen/perf/trees` and builds and packs it there, once: the next run finds it.
 *
 * @returns why not, where this clone lacks the commit, or it cannot be installed or built here
 */
export async function baselineTree(root: string, wanted: string, signal?: AbortSignal): Promise<BaselineTree | NoTree> {
  const commit = await git(root, 'rev-parse', '--verify', '--quiet', `${wanted}^{commit}`).catch(() => undefined)
  if (commit === undefined) return { reason: `this clone lacks the commit ${wanted} of the baseline` }
  const folder = join(root, '.arlen/perf/trees', commit.slice(0, 12))
  const packed = join(folder, PACKED)
  if (existsSync(join(folder, READY)) && readFileSync(join(folder, READY), 'utf8') === commit) return { packed, commit }
  rmSync(folder, { recursive: true, force: true })
  await git(root, 'worktree', 'prune').catch(() => undefined)
  const failed = (what: string) => ({ reason: `the baseline ${commit.slice(0, 12)} cannot be ${what} here` })
  try {
    await git(root, 'worktree', 'add', '--force', '--detach', folder, commit)
  } catch {
    return failed('checked out')
  }
  const steps: [what: string, command: string[]][] = [
    [
      'installed',
      [
        'pnpm',
        '--dir',
        folder,
        'install',
        '--prefer-offline',
        '--frozen-lockfile',
        '--config.confirmModulesPurge=false',
      ],
    ],
    ['built', [join(folder, 'node_modules/.bin/tsc'), '-b', join(folder, 'packages/arlen')]],
  ]
  for (const [what, command] of steps) {
    const { ok } = await runStage(what, command, {
      deadlineMs: 5 * 60_000,
      output: 'ignore',
      ...(signal && { signal }),
    })
    if (!ok) return failed(what)
  }
  try {
    await packTree(folder, packed)
  } catch {
    return failed('packed')
  }
  writeFileSync(join(folder, READY), commit)
  return { packed, commit }
}

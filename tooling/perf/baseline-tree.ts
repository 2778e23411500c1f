import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { git } from '../release/git.ts'
import { runStage } from '../stage.ts'

/** What of the repository the scenarios of the gate run on. */
const BUILT = ['packages/arlen', 'packages/pg', 'packages/session', 'packages/view', 'packages/router', 'packages/http']
const READY = '.arlen/perf-ready'

/** A commit, checked out and built beside the working copy. */
export interface BaselineTree {
  folder: string
  commit: string
}

/** Why there is none. */
export interface NoTree {
  reason: string
}

/**
 * Checks a commit out below `.arlen/perf/trees` and builds it there, once: the next run finds it.
 *
 * @returns why not, where this clone lacks the commit, or it cannot be installed or built here
 */
export async function baselineTree(root: string, wanted: string, signal?: AbortSignal): Promise<BaselineTree | NoTree> {
  const commit = await git(root, 'rev-parse', '--verify', '--quiet', `${wanted}^{commit}`).catch(() => undefined)
  if (commit === undefined) return { reason: `this clone lacks the commit ${wanted} of the baseline` }
  const folder = join(root, '.arlen/perf/trees', commit.slice(0, 12))
  if (existsSync(join(folder, READY)) && readFileSync(join(folder, READY), 'utf8') === commit) return { folder, commit }
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
    ['built', [join(folder, 'node_modules/.bin/tsc'), '-b', ...BUILT.map(path => join(folder, path))]],
  ]
  for (const [what, command] of steps) {
    const { ok } = await runStage(what, command, {
      deadlineMs: 5 * 60_000,
      output: 'ignore',
      ...(signal && { signal }),
    })
    if (!ok) return failed(what)
  }
  mkdirSync(dirname(join(folder, READY)), { recursive: true })
  writeFileSync(join(folder, READY), commit)
  return { folder, commit }
}

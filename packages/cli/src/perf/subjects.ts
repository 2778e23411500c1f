import { execFile } from 'node:child_process'
import { existsSync, globSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { promisify } from 'node:util'
import type { Subject } from '@arlen/perf'
import { cliError } from '../errors.ts'

/** Who is measured, and what is to be said of it. */
export interface Subjects {
  candidate: Subject
  baseline?: Subject
  notes: string[]
}

const OWN = '.arlen/perf'

/**
 * The application as it is, and what it is compared with: a release or a commit, else the newest release. Both are then releases:
 * the application is built as one first. Without a baseline it runs from its sources.
 *
 * @throws perf_baseline_missing; what a build refuses
 */
export async function findSubjects(
  root: string,
  named: string | undefined,
  onStep: (text: string) => void,
): Promise<Subjects> {
  const commit = await git(root, 'rev-parse', 'HEAD').catch(() => undefined)
  const isChanged = commit !== undefined && (await git(root, 'status', '--porcelain')) !== ''
  const label = commit === undefined ? 'this folder' : `${commit.slice(0, 7)}${isChanged ? ' with changes' : ''}`
  const baseline = await findBaseline(root, named, onStep)
  if (baseline === undefined) {
    const note =
      'There is no release to compare with: the application is held to what was recorded, and to its budgets.'
    return { candidate: { root, label, commit }, notes: [note] }
  }
  onStep('building the candidate …')
  const { buildRelease } = await import('@arlen/release')
  const { dir } = await buildRelease({ root, outDir: join(root, OWN, 'releases', stamp()), allowDirty: true })
  return { candidate: { root: dir, label, commit }, baseline, notes: [] }
}

/** Builds of files that are not committed may differ under one id, so each has a folder of its own. */
function stamp(): string {
  return new Date().toISOString().replace(/[:.]/g, '-')
}

async function findBaseline(
  root: string,
  named: string | undefined,
  onStep: (text: string) => void,
): Promise<Subject | undefined> {
  const releases = globSync('*/manifest.json', { cwd: join(root, 'releases') })
    .map(path => path.slice(0, -14))
    .sort()
  if (named === undefined) {
    const newest = releases.at(-1)
    return newest === undefined ? undefined : { root: join(root, 'releases', newest), label: newest }
  }
  const folder = isAbsolute(named) ? named : join(root, 'releases', named)
  if (existsSync(join(folder, 'manifest.json'))) return { root: folder, label: named }
  const commit = await git(root, 'rev-parse', '--verify', '--quiet', `${named}^{commit}`).catch(() => undefined)
  if (commit === undefined)
    throw cliError('perf_baseline_missing', { name: named, list: releases.join(', ') || 'none' })
  return { root: await releaseOf(root, commit, onStep), label: named, commit }
}

/** The release of a commit, built from a working tree below the application's own, whose dependencies it finds, and kept. */
async function releaseOf(root: string, commit: string, onStep: (text: string) => void): Promise<string> {
  const outDir = join(root, OWN, 'baselines', commit)
  const [built] = globSync('*/manifest.json', { cwd: outDir })
  if (built !== undefined) return join(outDir, built.slice(0, -14))
  onStep(`building ${commit.slice(0, 7)} …`)
  const tree = join(root, OWN, 'trees', commit.slice(0, 12))
  if (!existsSync(join(tree, 'package.json'))) {
    await git(root, 'worktree', 'prune')
    await git(root, 'worktree', 'add', '--force', '--detach', tree, commit)
  }
  const { buildRelease } = await import('@arlen/release')
  return (await buildRelease({ root: tree, outDir })).dir
}

async function git(root: string, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('git', args, { cwd: root })
  return stdout.trim()
}

import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { BaselineRecord, Subject } from '@arlen/perf'
import { git } from '../release/git.ts'
import { baselineTree } from './baseline-tree.ts'

/** Where the scenarios are, from the root, and the servers that they start. */
export const GATE = 'benchmarks/gate'
/** The baseline as it is committed. */
export const RECORD = `${GATE}/baseline.json`
export const RECORD_COMMAND = 'make perf-baseline REASON="why the figures may change"'

/** The working copy as it is. */
export async function candidateOf(root: string): Promise<Subject> {
  const commit = await git(root, 'rev-parse', 'HEAD').catch(() => undefined)
  const isChanged = (await git(root, 'status', '--porcelain').catch(() => '')) !== ''
  const label = commit === undefined ? 'this folder' : `${commit.slice(0, 7)}${isChanged ? ' with changes' : ''}`
  return { root: join(root, 'benchmarks'), label, commit }
}

/**
 * What the candidate is compared with: the commit that was asked for, else the recorded one. It is built once. It runs the
 * candidate's scenarios and servers, with its own packages below them.
 */
export async function baselineOf(
  root: string,
  asked: string | undefined,
  record: BaselineRecord | undefined,
  signal?: AbortSignal,
): Promise<Subject | { reason: string }> {
  const wanted = asked ?? record?.commit
  if (wanted === undefined) return { reason: `there is no baseline: ${RECORD_COMMAND}` }
  const tree = await baselineTree(root, wanted, signal)
  if ('reason' in tree) return tree
  const servers = join(tree.folder, GATE)
  rmSync(servers, { recursive: true, force: true })
  cpSync(join(root, GATE), servers, { recursive: true })
  return { root: join(tree.folder, 'benchmarks'), label: tree.commit.slice(0, 7), commit: tree.commit }
}

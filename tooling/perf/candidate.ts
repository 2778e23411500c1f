import { join } from 'node:path'
import type { BaselineRecord, Subject } from '@arlen/perf'
import { git } from '../release/git.ts'
import { baselineTree } from './baseline-tree.ts'
import { copyServers, GATE, packTree } from './packed-tree.ts'

const PACKED = '.arlen/perf/packed'

/** The baseline as it is committed. */
export const RECORD = `${GATE}/baseline.json`
export const RECORD_COMMAND = 'make perf-baseline REASON="why the figures may change"'

/** The working copy as it is, with its packages as they would be published. */
export async function candidateOf(root: string): Promise<Subject> {
  const commit = await git(root, 'rev-parse', 'HEAD').catch(() => undefined)
  const isChanged = (await git(root, 'status', '--porcelain').catch(() => '')) !== ''
  const label = commit === undefined ? 'this folder' : `${commit.slice(0, 7)}${isChanged ? ' with changes' : ''}`
  const folder = join(root, PACKED)
  await packTree(root, folder)
  copyServers(root, folder)
  return { root: folder, label, commit }
}

/**
 * What the candidate is compared with: the commit that was asked for, else the recorded one. It is built and packed once. It runs
 * the candidate's scenarios and servers, with its own packages below them.
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
  copyServers(root, tree.packed)
  return { root: tree.packed, label: tree.commit.slice(0, 7), commit: tree.commit }
}

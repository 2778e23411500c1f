import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { git } from './git.ts'

const STAMP = '.arlen/checked.json'

/** The record that `make check` writes after it has passed: the commit it has checked. */
export interface Checked {
  commit: string
  at: string
}

/** The checked-out commit; undefined if files differ from it, or without git. */
export async function cleanCommit(root: string): Promise<string | undefined> {
  const [changes, commit] = await Promise.all([
    git(root, 'status', '--porcelain').catch(() => 'no git'),
    git(root, 'rev-parse', 'HEAD').catch(() => undefined),
  ])
  return changes === '' ? commit : undefined
}

export function writeChecked(root: string, commit: string): void {
  const file = join(root, STAMP)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, `${JSON.stringify({ commit, at: new Date().toISOString() } satisfies Checked)}\n`)
}

export function readChecked(root: string): Checked | undefined {
  try {
    return JSON.parse(readFileSync(join(root, STAMP), 'utf8')) as Checked
  } catch {
    return undefined
  }
}

export function forgetChecked(root: string): void {
  rmSync(join(root, STAMP), { force: true })
}

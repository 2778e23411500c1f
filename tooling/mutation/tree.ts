import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LocatedMutant } from './identity.ts'
import { instrument, type NumberedMutant } from './instrument.ts'

/** A copy of the committed tree, installed and built, that is deleted with the process. */
export function copyTree(root: string): { tree: string; commit: string } {
  const folder = mkdtempSync(join(tmpdir(), 'arlen-mutation-'))
  const tree = join(folder, 'tree')
  process.once('exit', () => {
    spawnSync('git', ['worktree', 'remove', '--force', tree], { cwd: root })
    rmSync(folder, { recursive: true, force: true })
  })
  must('git', ['worktree', 'add', '--detach', tree, 'HEAD'], root)
  must('pnpm', ['install', '--frozen-lockfile', '--prefer-offline'], tree)
  must(join(tree, 'node_modules/.bin/tsc'), ['-b', 'tsconfig.build.json'], tree) // some tests start the built packages
  return { tree, commit: must('git', ['rev-parse', '--short', 'HEAD'], tree).trim() }
}

/** Writes mutants into the modules of the copy, all of them dormant. */
export function plant(tree: string, mutants: readonly (LocatedMutant & NumberedMutant)[]): void {
  const active = join(tree, 'tooling/mutation/active.ts')
  for (const [file, own] of Map.groupBy(mutants, mutant => mutant.file)) {
    writeFileSync(join(tree, file), instrument(own[0]!.source, own, active))
  }
}

function must(command: string, args: readonly string[], cwd: string): string {
  const { status, stderr, stdout } = spawnSync(command, args, { cwd, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr || stdout}`)
  return stdout
}

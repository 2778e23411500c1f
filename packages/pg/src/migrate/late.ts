import { execFile } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import { promisify } from 'node:util'
import { option, readOptions } from '@arlen/core/options'
import { byVersion } from './files.ts'
import { DIR } from './run.ts'

/** A migration that is older than one that was already applied. */
export interface LateMigration {
  file: string
  /** The migration of the base branch that comes after it. */
  after: string
  /** The command that renames it. */
  command: string
}

const OPTIONS = { dir: option.text, base: option.text, cwd: option.text }

/**
 * Migrations of this working copy that are not on the base branch but precede one that is: once that one is applied, they
 * would be rejected. Run it before a merge.
 *
 * @throws ArlenError `option_unknown`, `option_invalid`
 */
export async function lateMigrations(
  options: { dir?: string; base?: string; cwd?: string } = {},
): Promise<LateMigration[]> {
  const { dir = DIR, base = 'main', cwd = process.cwd() } = readOptions('lateMigrations()', options, OPTIONS)
  const { stdout } = await promisify(execFile)('git', ['ls-tree', '--name-only', `${base}:./${dir}`], { cwd })
  return findLate(await readdir(`${cwd}/${dir}`), stdout.split('\n'))
}

export function findLate(files: readonly string[], baseFiles: readonly string[]): LateMigration[] {
  const parse = (names: readonly string[]) =>
    names.flatMap(file => {
      const version = /^(\d+)_.*\.sql$/.exec(file)?.[1]
      return version === undefined ? [] : [{ version, file }]
    })
  const base = parse(baseFiles).sort(byVersion)
  const last = base.at(-1)
  const known = new Set(baseFiles)
  return parse(files)
    .filter(({ file, version }) => last && !known.has(file) && BigInt(version) <= BigInt(last.version))
    .sort(byVersion)
    .map(({ file, version }) => ({ file, after: last!.file, command: `arlen migrate rename ${version}` }))
}

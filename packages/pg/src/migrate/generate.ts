import { existsSync } from 'node:fs'
import { mkdir, readdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type OptionTable, option, readOptions } from '@arlen/core/options'
import { pgError } from '../errors.ts'
import { byVersion, findMigration, readMigrations } from './files.ts'
import { DIR } from './run.ts'

const TEMPLATE = `-- up

-- down

`

/** Options of {@link generateMigration}. */
export interface GenerateOptions {
  /** What it does, in words: `add stock to products`. */
  name: string
  /** Default `db/migrations`. */
  dir?: string | undefined
  /** The time from which its version is made. */
  now?: Date | undefined
  /** Its text. Default: empty up and down parts. */
  body?: string
  /** Reports the path and writes nothing. */
  dryRun?: boolean
}

const GENERATE_OPTIONS: OptionTable<GenerateOptions> = {
  name: option.required(option.string),
  dir: option.text,
  now: option.object,
  body: option.string,
  dryRun: option.boolean,
}

/** Options of {@link renameMigration}. */
export interface RenameOptions {
  version: string
  /** Default `db/migrations`. */
  dir?: string | undefined
  /** The time from which its new version is made. */
  now?: Date | undefined
}

const RENAME_OPTIONS: OptionTable<RenameOptions> = {
  version: option.required(option.string),
  dir: option.text,
  now: option.object,
}

/**
 * Writes `<dir>/<version>_<name>.sql` for the next migration and returns its path.
 *
 * @throws ArlenError `option_unknown`, `option_invalid`, `migration_invalid`
 */
export async function generateMigration(options: GenerateOptions): Promise<string> {
  const {
    name: given,
    dir = DIR,
    now = new Date(),
    body = TEMPLATE,
    dryRun = false,
  } = readOptions('generateMigration()', options, GENERATE_OPTIONS)
  const name = given
    .trim()
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .replace(/^_|_$/g, '')
    .toLowerCase()
  if (name === '')
    throw pgError('migration_invalid', { file: given, reason: 'has no letter or digit to make a name of' })
  if (!dryRun) await mkdir(dir, { recursive: true })
  const path = join(dir, `${await nextVersion(dir, now)}_${name}.sql`)
  if (!dryRun) await writeFile(path, body, { flag: 'wx' })
  return path
}

/**
 * Renames a migration that was merged late, so that its version comes after all others. Returns its old and new paths.
 *
 * @throws ArlenError `option_unknown`, `option_invalid`, `migration_invalid`
 */
export async function renameMigration(options: RenameOptions): Promise<{ from: string; to: string }> {
  const { version, dir = DIR, now = new Date() } = readOptions('renameMigration()', options, RENAME_OPTIONS)
  const migrations = await readMigrations(dir)
  const migration = findMigration(migrations, version, dir)
  const from = join(dir, migration.file)
  const to = join(dir, `${await nextVersion(dir, now)}_${migration.name}.sql`)
  await rename(from, to)
  return { from, to }
}

/** The time in UTC, `20260131120000`, or one more than the last version if that is later, or if versions are counted. */
async function nextVersion(dir: string, now: Date): Promise<string> {
  const last = (await readMigrationVersions(dir)).at(-1)
  const stamp = now.toISOString().replace(/\D/g, '').slice(0, 14)
  if (last === undefined) return stamp
  if (last.length < 8) return String(BigInt(last) + 1n).padStart(last.length, '0')
  return BigInt(last) >= BigInt(stamp) ? String(BigInt(last) + 1n) : stamp
}

async function readMigrationVersions(dir: string): Promise<string[]> {
  const names = existsSync(dir) ? await readdir(dir) : []
  const versions = names.flatMap(file => /^(\d+)_.*\.sql$/.exec(file)?.[1] ?? [])
  return versions
    .map(version => ({ version }))
    .sort(byVersion)
    .map(({ version }) => version)
}

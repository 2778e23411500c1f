import { execFile } from 'node:child_process'
import { globSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { pgError } from '../errors.ts'

/** Where packages keep the programs of each version: Debian, Red Hat, Alpine, Homebrew, Postgres.app. */
const FOLDERS: readonly string[] = [
  '/usr/lib/postgresql/*/bin',
  '/usr/pgsql-*/bin',
  '/usr/libexec/postgresql*',
  '/opt/homebrew/opt/{libpq,postgresql@*}/bin',
  '/usr/local/opt/{libpq,postgresql@*}/bin',
  '/Applications/Postgres.app/Contents/Versions/*/bin',
]

/**
 * Finds a pg_dump for a server: the one on `PATH`, unless it is older than the server, which it would refuse; then another that a
 * package has installed for its own version.
 *
 * @param major - the server's version, such as 18
 * @param env - the environment of the program, whose `PATH` counts; default that of this process
 * @param folders - globs of the folders to look into after `PATH`; default those of common packages
 * @returns its path
 * @throws ArlenError `pg_dump_missing`, `pg_dump_outdated`
 */
export async function findPgDump(
  major: number,
  env: Readonly<Record<string, string | undefined>> = process.env,
  folders: readonly string[] = FOLDERS,
): Promise<string> {
  const onPath = (env.PATH ?? '').split(delimiter).filter(folder => folder !== '')
  const files = [...onPath.map(folder => join(folder, 'pg_dump')), ...folders.map(folder => join(folder, 'pg_dump'))]
  let newest = 0
  for (const file of files.flatMap(each => globSync(each))) {
    const found = await versionOf(file, env)
    if (found >= major) return file
    newest = Math.max(newest, found)
  }
  throw pgError(newest === 0 ? 'pg_dump_missing' : 'pg_dump_outdated', { major, found: newest })
}

/** 0 if it does not run. */
async function versionOf(file: string, env: Readonly<Record<string, string | undefined>>): Promise<number> {
  const { stdout } = await promisify(execFile)(file, ['--version'], { env }).catch(() => ({ stdout: '' }))
  return Number(/(\d+)/.exec(stdout)?.[1] ?? 0)
}

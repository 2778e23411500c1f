import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createPg } from '@arlen/pg'
import { findPgDump } from '@arlen/pg/migrations'
import type { Io } from '../command.ts'
import { libpqEnvironment, type Target } from './target.ts'

/**
 * Runs a PostgreSQL program on a database, with the streams of this process.
 *
 * @param name - `psql`, or the path of a program
 * @param stdout - where its output goes; 2 is standard error
 * @returns its exit code, or undefined if it is not installed
 */
export async function runProgram(
  name: string,
  args: readonly string[],
  target: Target,
  io: Io,
  stdout: 'inherit' | 2 = 'inherit',
): Promise<number | undefined> {
  const env = { ...io.env, ...libpqEnvironment(target) }
  const child = spawn(name, args, { cwd: io.cwd, env, stdio: ['inherit', stdout, 'inherit'] })
  // A terminal sends Ctrl-C to both, and the program is the one to handle it.
  const ignore = () => undefined
  process.on('SIGINT', ignore)
  try {
    const [code] = await once(child, 'close')
    return (code as number | null) ?? 1
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  } finally {
    process.off('SIGINT', ignore)
  }
}

/**
 * Runs a pg_dump that can read the server.
 *
 * @throws ArlenError `connect_failed`, `pg_dump_missing`, `pg_dump_outdated`
 */
export async function dump(
  target: Target,
  options: { schemaOnly: boolean; out: string | undefined; stdout: 'inherit' | 2 },
  io: Io,
): Promise<number> {
  const program = await findPgDump(await serverVersion(target), io.env)
  const args = ['--no-owner', '--no-privileges', ...(options.schemaOnly ? ['--schema-only'] : [])]
  if (options.out !== undefined) args.push('--file', options.out)
  return (await runProgram(program, args, target, io, options.stdout)) ?? 1
}

/** The major version of the server: 18. */
async function serverVersion({ dsn }: Target): Promise<number> {
  const db = createPg({ dsn, max: 1 })
  try {
    return await db.value<number>("select current_setting('server_version_num')::int / 10000")
  } finally {
    await db.close()
  }
}

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Io } from '../command.ts'
import { cliError } from '../errors.ts'
import { libpqEnvironment, type Target } from './target.ts'

/**
 * Runs a PostgreSQL program on a database, with the streams of this process.
 *
 * @returns its exit code, or undefined if it is not installed
 */
export async function runProgram(
  name: 'psql' | 'pg_dump',
  args: readonly string[],
  target: Target,
  io: Io,
): Promise<number | undefined> {
  const child = spawn(name, args, { cwd: io.cwd, env: { ...io.env, ...libpqEnvironment(target) }, stdio: 'inherit' })
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

/** @throws ArlenError `program_missing` */
export async function dump(
  target: Target,
  options: { schemaOnly: boolean; out: string | undefined },
  io: Io,
): Promise<number> {
  const args = ['--no-owner', '--no-privileges', ...(options.schemaOnly ? ['--schema-only'] : [])]
  if (options.out !== undefined) args.push('--file', options.out)
  const code = await runProgram('pg_dump', args, target, io)
  if (code === undefined) throw cliError('program_missing', { program: 'pg_dump' })
  return code
}

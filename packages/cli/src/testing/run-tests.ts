import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import { delimiter, join } from 'node:path'
import type { Io } from '../command.ts'
import { type Runner, readManifest } from './find-runner.ts'

const PASSED_ON = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Runs the tests with a database ready for them.
 *
 * @param output - `stderr`, or what receives the runner's output, instead of the streams of this process
 * @returns the exit code of the runner; 128 plus the signal number if one ended it
 */
export async function runTests(
  root: string,
  runner: Runner,
  args: readonly string[],
  io: Io,
  output?: 'stderr' | ((text: string) => void),
): Promise<number> {
  const server = await testServer(root, io)
  try {
    const bin = [join(root, 'node_modules/.bin'), io.env.PATH].filter(Boolean).join(delimiter)
    const env = {
      ...io.env,
      ARLEN_ENV: io.env.ARLEN_ENV || io.env.NODE_ENV || 'test',
      PATH: bin,
      ...(server && { TEST_DATABASE_URL: server.dsn }),
    }
    const { command } = runner
    const line = runner.shell ? [command, ...args.map(quote)].join(' ') : command
    const words = runner.shell ? [] : [...runner.args, ...args]
    const child = spawn(line, words, { cwd: root, env, stdio: stdioFor(output), shell: runner.shell })
    if (typeof output === 'function')
      for (const stream of [child.stdout!, child.stderr!]) stream.setEncoding('utf8').on('data', output)
    return await outcome(child)
  } finally {
    await server?.stop()
  }
}

function stdioFor(output: 'stderr' | ((text: string) => void) | undefined): StdioOptions {
  if (output === 'stderr') return ['inherit', 2, 2]
  return output === undefined ? 'inherit' : ['ignore', 'pipe', 'pipe']
}

/** One server for the whole run, if the application has a database and none was given. */
async function testServer(root: string, io: Io) {
  if (io.env.TEST_DATABASE_URL) return undefined
  const { dependencies, devDependencies } = readManifest(root)
  const known = { ...dependencies, ...devDependencies }
  if (!existsSync(join(root, 'db/migrations')) && !('@arlen/pg' in known)) return undefined
  const { startTestCluster } = await import('@arlen/pg/testing')
  return startTestCluster()
}

/** The runner handles signals, because it may have reports to write. */
async function outcome(child: ChildProcess): Promise<number> {
  const listeners = PASSED_ON.map(signal => {
    // A terminal sends Ctrl-C to both.
    const listener = () => void (signal === 'SIGINT' && process.stdin.isTTY ? undefined : child.kill(signal))
    process.on(signal, listener)
    return [signal, listener] as const
  })
  try {
    return await new Promise<number>((resolve, reject) => {
      child
        .once('error', reject)
        .once('close', (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)))
    })
  } finally {
    for (const [signal, listener] of listeners) process.off(signal, listener)
  }
}

function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}

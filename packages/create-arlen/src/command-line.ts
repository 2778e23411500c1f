import { ArlenError, failureOf } from '@arlen/core'
import { checkName } from './app-name.ts'
import { type CreateOptions, create } from './create.ts'
import { HELP, readFlags, UsageError } from './flags.ts'
import type { CreateIo } from './io.ts'
import { nextSteps } from './next-steps.ts'
import { callingPackageManager } from './package-manager.ts'
import { Progress } from './progress.ts'
import { abortOnSignals } from './signals.ts'
import { packageVersion } from './version.ts'

const DEFAULT_NAME = 'my-app'

/**
 * The command line of `create-arlen` and `arlen new`. On a terminal, it asks for what the flags do not specify. A failure
 * is one line.
 *
 * @returns the exit code: 0 created, 1 failed, 2 invalid command line, 128 and the signal when interrupted
 */
export async function runCreate(argv: readonly string[], io: CreateIo): Promise<number> {
  const { signal, exitCode, release } = abortOnSignals()
  const progress = new Progress(io)
  try {
    const flags = readFlags(argv)
    if (flags.help || flags.version) {
      io.out(flags.help ? HELP : packageVersion())
      return 0
    }
    if (flags.name?.trim() === '') checkName(flags.name, [])
    const asks = io.isTerminal && !flags.yes && !flags.json
    const answers = asks ? await (await import('./prompts.ts')).ask(flags, { signal }) : flags
    const options: CreateOptions = {
      folder: answers.name ?? DEFAULT_NAME,
      template: answers.template ?? 'full',
      packageManager: flags.packageManager ?? callingPackageManager(io.env),
      install: flags.install,
      git: flags.git,
      force: flags.force,
      cwd: io.cwd,
      env: io.env,
      signal,
      onStep: step => void (flags.json || progress.step(step)),
    }
    const created = await create(options).finally(() => progress.end())
    io.out(flags.json ? JSON.stringify(created) : nextSteps(created, io.cwd))
    return 0
  } catch (error) {
    const code = report(error, argv.includes('--json'), io)
    return exitCode() || code
  } finally {
    release()
  }
}

const USAGE_REMEDY = 'Run create-arlen --help for the options.'

function report(error: unknown, json: boolean, io: CreateIo): number {
  const isUsage = error instanceof UsageError
  const failure = failureOf(error)
  if (isUsage) Object.assign(failure.error, { code: 'usage_invalid', remedy: USAGE_REMEDY })
  if (json) io.out(JSON.stringify(failure))
  else {
    io.err(`create-arlen: ${failure.error.message}`)
    if (isUsage) io.err(USAGE_REMEDY)
    else if (!(error instanceof ArlenError) && error instanceof Error && error.stack) io.err(error.stack)
  }
  if (isUsage) return 2
  return failure.error.code === 'interrupted' ? 130 : 1
}

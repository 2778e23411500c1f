import { appRootOf } from '../app-root.ts'
import type { StepResult } from '../check/run-check.ts'
import { STEP_NAMES } from '../check/step.ts'
import { type Command, type CommandInput, didYouMean, type Io, printJson, textOption, UsageError } from '../command.ts'

export const checkCommand: Command = {
  usage: 'check',
  json: 'document',
  description: 'Check everything that a change must pass: configuration, migrations, templates, types, SQL, tests',
  options: [
    ['--only <steps>', `Some of ${STEP_NAMES.join(', ')}, separated by commas`],
    ['--env <name>', 'Environment whose configuration is checked, default production'],
    ['--base <branch>', 'Find migrations that come before one of this branch, or remove what its code uses'],
    ['--root <folder>', 'Folder of the application'],
  ],
  examples: ['arlen check', 'arlen check --only types,tests', 'arlen check --base origin/main'],
  async run(input, io) {
    const steps = stepsOf(input)
    const json = input.options.json === true
    const { runCheck } = await import('../check/run-check.ts')
    const results = await runCheck({
      root: appRootOf(input, io),
      environment: textOption(input, 'env') ?? 'production',
      base: textOption(input, 'base'),
      steps,
      io,
      onResult: result => void (json || tell(result, io)),
    })
    const failed = results.filter(({ outcome }) => outcome === 'failed').map(({ step }) => step)
    if (json) printJson(io, { ok: failed.length === 0, steps: results })
    else if (failed.length > 0) io.err(`Failed: ${failed.join(', ')}.`)
    return failed.length > 0 ? 1 : 0
  },
}

function stepsOf(input: CommandInput): readonly string[] {
  const given = textOption(input, 'only')
  if (given === undefined) return STEP_NAMES
  const steps = given.split(',').map(name => name.trim())
  const known: readonly string[] = STEP_NAMES
  const unknown = steps.find(name => !known.includes(name))
  if (unknown === undefined) return steps
  throw new UsageError(`there is no check ${JSON.stringify(unknown)}; ${didYouMean(unknown, known)}`)
}

function tell({ step, outcome, durationMs, problems, notes }: StepResult, io: Io): void {
  const what = outcome === 'skipped' ? `skipped: ${notes[0]}` : `${outcome} (${(durationMs / 1000).toFixed(1)} s)`
  io.out(`${step.padEnd(10)} ${what}`)
  for (const problem of problems) io.err(`  ${problem.replaceAll('\n', '\n  ')}`)
  if (outcome !== 'skipped') for (const note of notes) io.out(`  ${note}`)
}

import { appRootOf } from '../app-root.ts'
import { type Command, printJson, UsageError } from '../command.ts'

export const testCommand: Command = {
  usage: 'test [...files]',
  json: 'document',
  description: "Run the application's tests with its own runner, and a PostgreSQL for them",
  options: [
    ['--watch', 'Rerun the tests affected by each change'],
    ['--root <folder>', 'Folder of the application'],
  ],
  examples: ['arlen test', 'arlen test --watch', 'arlen test users -- --coverage'],
  async run(input, io) {
    const json = input.options.json === true
    const watch = input.options.watch === true
    if (json && watch) throw new UsageError('--watch never ends; leave --json out')
    const root = appRootOf(input, io)
    const [{ findRunner }, { runTests }] = await Promise.all([
      import('../testing/find-runner.ts'),
      import('../testing/run-tests.ts'),
    ])
    const end = input.argv.indexOf('--')
    const args = [...input.args, ...(end < 0 ? [] : input.argv.slice(end + 1))]
    const runner = findRunner(root, watch, input.args.length > 0)
    const started = performance.now()
    const exitCode = await runTests(root, runner, args, io, json ? 'stderr' : undefined)
    const durationMs = Math.round(performance.now() - started)
    if (json) printJson(io, { ok: exitCode === 0, exitCode, durationMs })
    return exitCode
  },
}

import { resolve } from 'node:path'
import { type Command, textOption } from '../command.ts'

export const testCommand: Command = {
  usage: 'test [...files]',
  description: "Run the application's tests with its own runner, and a PostgreSQL for them",
  options: [
    ['--watch', 'Run again what a change concerns'],
    ['--root <folder>', 'Folder of the application'],
  ],
  examples: ['arlen test', 'arlen test --watch', 'arlen test users -- --coverage'],
  async run(input, io) {
    const [{ findRunner }, { runTests }] = await Promise.all([
      import('../testing/find-runner.ts'),
      import('../testing/run-tests.ts'),
    ])
    const root = resolve(io.cwd, textOption(input, 'root') ?? '.')
    const end = input.argv.indexOf('--')
    const args = [...input.args, ...(end < 0 ? [] : input.argv.slice(end + 1))]
    return runTests(root, findRunner(root, input.options.watch === true, input.args.length > 0), args, io)
  },
}

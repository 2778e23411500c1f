import type { Finding, Step } from './step.ts'

/** The end of a failing run's output says what failed. */
const MOST_OUTPUT = 20_000

export const testsStep: Step = {
  description: "the application's tests",
  async run({ root, io }): Promise<Finding> {
    const [{ findRunner }, { runTests }] = await Promise.all([
      import('../testing/find-runner.ts'),
      import('../testing/run-tests.ts'),
    ])
    let output = ''
    const code = await runTests(root, findRunner(root, false), [], io, text => {
      output = (output + text).slice(-MOST_OUTPUT)
    })
    return { problems: code === 0 ? [] : [`${output.trimEnd()}\n(exit code ${code})`] }
  },
}

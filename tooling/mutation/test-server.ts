// A Vitest process that stays and runs the requested test files, one at a time: most of the time of a small test file goes
// into starting Vitest and loading modules, which happens once for all mutants.
import { createVitest, type TestModule } from 'vitest/node'
import type { FileResult, RunRequest } from './test-runner.ts'

// Only this run's reports count: Vitest keeps the modules of earlier runs among its results.
let failures: string[] = []
let ended: TestModule[] = []

const vitest = await createVitest({
  watch: false,
  maxWorkers: 1,
  testTimeout: Number(process.env.TEST_TIMEOUT_MS),
  hookTimeout: 2 * Number(process.env.TEST_TIMEOUT_MS),
  reporters: [
    {
      onTestCaseResult(test) {
        const result = test.result()
        if (result.state !== 'failed') return
        failures.push(`${test.fullName}: ${result.errors[0]?.message ?? ''}`)
        void vitest.cancelCurrentRun('test-failure')
      },
      onTestModuleEnd(module) {
        ended.push(module)
        failures.push(...module.errors().map(({ message }) => message))
      },
    },
  ],
})
await vitest.standalone()

process.on('message', async ({ file, env }: RunRequest) => {
  Object.assign(process.env, env)
  failures = []
  ended = []
  const start = performance.now()
  const { unhandledErrors } = await vitest.runTestFiles([file])
  failures.push(...unhandledErrors.map(error => String((error as Error)?.message ?? error)))
  const ran = ended.length > 0
  const result: FileResult = {
    passed: ran && failures.length === 0 && ended.every(module => module.ok()),
    failure: failures[0] ?? (ran ? 'failed' : 'no such test file'),
    ms: performance.now() - start,
  }
  process.send!(result)
})
process.send!('ready')

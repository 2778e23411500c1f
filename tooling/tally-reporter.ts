import { writeFileSync } from 'node:fs'
import { relative } from 'node:path'
import type { Reporter, TestCase, TestModule, TestSuite } from 'vitest/node'
import { limitOf } from './budget.ts'
import { emptyTally, type Tally } from './tally.ts'

/**
 * Writes a {@link Tally} of the run to the file named by TALLY_FILE. A run that crashes writes none, so that the caller can
 * tell the difference.
 */
export default class TallyReporter implements Reporter {
  /** Vitest shows why tests failed at the end of the run alone, which a run that is stopped does not reach. */
  onTestCaseResult(test: TestCase): void {
    const { state, errors } = test.result()
    if (state !== 'failed') return
    const reasons = errors.map(({ message, diff, stack }) =>
      [message, diff, ...ownFrames(stack)].filter(Boolean).join('\n'),
    )
    const name = `${relative(process.cwd(), test.module.moduleId)} > ${test.fullName}`
    process.stdout.write(`failed: ${name}\n${reasons.join('\n')}\n`)
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly { message?: string }[]): void {
    const tally = emptyTally()
    for (const module of modules) countModule(module, tally)
    for (const error of unhandledErrors) {
      fail(tally, `outside any test: ${firstLine(error.message)}`)
    }
    const file = process.env.TALLY_FILE
    if (file) writeFileSync(file, JSON.stringify(tally))
  }
}

/** Slow enough for a line in the summary, in milliseconds. */
const SLOW_MS = 5_000

function countModule(module: TestModule, tally: Tally): void {
  const file = relative(process.cwd(), module.moduleId)
  const { duration } = module.diagnostic()
  if (duration >= SLOW_MS) tally.slow.push({ file, ms: duration })
  if (duration > limitOf(file)) tally.overtime.push({ file, ms: duration })
  // A file that cannot be loaded, or a hook that throws, fails no test of its own and must not be lost.
  for (const error of module.errors()) fail(tally, `${file}: ${firstLine(error.message)}`)
  for (const suite of module.children.allSuites()) countHooks(suite, file, tally)
  for (const test of module.children.allTests()) countTest(test, file, tally)
}

function countHooks(suite: TestSuite, file: string, tally: Tally): void {
  for (const error of suite.errors()) fail(tally, `${file} > ${suite.fullName}: ${firstLine(error.message)}`)
}

function countTest(test: TestCase, file: string, tally: Tally): void {
  const result = test.result()
  if (Number(test.options.retry) > 0 && !test.fullName.includes('(timed)')) {
    fail(tally, `${file} > ${test.fullName}: only a test with "(timed)" in its name may be tried again`)
  }
  if (test.diagnostic()?.flaky) tally.unsteady.push(`${file} > ${test.fullName}`)
  if (result.state === 'passed') tally.passed += 1
  else if (result.state === 'skipped') tally.skipped.push({ file, name: test.fullName, reason: reasonFor(test) })
  else fail(tally, `${file} > ${test.fullName}: ${firstLine(result.errors?.[0]?.message ?? 'it never finished')}`)
}

/** `ctx.skip(condition, reason)` has a reason; with `skipIf`, it can only be in the name of the test or its suite. */
function reasonFor(test: TestCase): string {
  const result = test.result()
  if (result.state === 'skipped' && result.note) return result.note
  if (setUpFailed(test)) return 'the set-up before it failed'
  return REASON_IN_NAME.test(test.fullName) ? test.fullName : `${test.fullName} (no reason given)`
}

/** "behind a proxy (needs nginx)", "in a browser (skipped: no chromium)" */
const REASON_IN_NAME = /\((?:needs|skipped:) [^)]+\)/

function setUpFailed(test: TestCase): boolean {
  for (let parent: TestSuite | TestModule = test.parent; ; parent = parent.parent) {
    if (parent.errors().length > 0) return true
    if (parent.type === 'module') return false
  }
}

function fail(tally: Tally, what: string): void {
  tally.failed += 1
  tally.failures.push(what)
}

function ownFrames(stack = ''): string[] {
  return stack.split('\n').filter(line => /^ +at /.test(line) && !/node_modules|node:internal/.test(line))
}

function firstLine(text = 'it gave no message'): string {
  return text.split('\n', 1)[0] ?? text
}

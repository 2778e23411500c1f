import { limitOf } from './budget.ts'

/** The result of a test run. */
export interface Tally {
  passed: number
  failed: number
  skipped: SkippedTest[]
  /** The failures, one line each. */
  failures: string[]
  /** Tests that passed, but not at the first attempt: a defect of the product or of the test. */
  unsteady: string[]
  /** Files that took too long: shorten or split them. */
  overtime: SlowFile[]
  /** Slow files. */
  slow: SlowFile[]
}

export interface SlowFile {
  file: string
  ms: number
}

export interface SkippedTest {
  file: string
  name: string
  reason: string
}

function inSeconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}

export function emptyTally(): Tally {
  return { passed: 0, failed: 0, skipped: [], failures: [], unsteady: [], overtime: [], slow: [] }
}

export function addTally(to: Tally, more: Tally): void {
  to.passed += more.passed
  to.failed += more.failed
  to.skipped.push(...more.skipped)
  to.failures.push(...more.failures)
  to.unsteady.push(...more.unsteady)
  to.slow.push(...more.slow)
  to.overtime.push(...more.overtime)
}

/** The closing lines of a run: the skipped tests with reasons, the failures and, alone on the last line, the counts. */
export function describeTally(tally: Tally): string {
  const lines: string[] = []
  if (tally.slow.length > 0) {
    const slowest = tally.slow.toSorted((a, b) => b.ms - a.ms).slice(0, 8)
    lines.push('', 'slowest:', ...slowest.map(({ file, ms }) => `  ${(ms / 1000).toFixed(1).padStart(5)} s  ${file}`))
  }
  if (tally.overtime.length > 0) {
    lines.push(
      '',
      'longer than they may take:',
      ...tally.overtime.map(({ file, ms }) => `  ${file}: ${inSeconds(ms)} of ${inSeconds(limitOf(file))}`),
    )
  }
  if (tally.skipped.length > 0) {
    lines.push('', 'skipped:')
    for (const [what, count] of countEqual(tally.skipped.map(test => `  ${test.file}: ${test.reason}`))) {
      lines.push(count > 1 ? `${what} (${count} tests)` : what)
    }
  }
  if (tally.unsteady.length > 0) {
    lines.push('', 'passed, but not at the first try:', ...tally.unsteady.map(test => `  ${test}`))
  }
  if (tally.failures.length > 0) lines.push('', 'failed:', ...tally.failures.map(failure => `  ${failure}`))
  const skipped = tally.skipped.length > 0 ? `, ${tally.skipped.length} skipped` : ''
  lines.push('', `${tally.passed} passed, ${tally.failed} failed${skipped}`)
  return lines.join('\n')
}

function countEqual(lines: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const line of lines) counts.set(line, (counts.get(line) ?? 0) + 1)
  return counts
}

import type { FileResult } from './test-runner.ts'

export interface Trial {
  /** `unreached`: no test executes it, which is as bad as surviving. */
  outcome: 'killed' | 'survived' | 'unreached'
  /** The test file that killed it. */
  by?: string
  /** Test files whose failure was not caused by the mutant. */
  unsure?: string[]
}

/** Runs a test file with the mutant switched on or off. */
export type RunFile = (file: string, mutant: 'on' | 'off') => Promise<FileResult>

/**
 * Tries a mutant on the test files that reach it, in order, until one fails. On a busy machine, a test of sockets or
 * processes can also fail by itself: a failure counts only if the same file passes without the mutant and fails again with
 * it.
 */
export async function tryMutant(tests: readonly string[], run: RunFile): Promise<Trial> {
  if (tests.length === 0) return { outcome: 'unreached' }
  const unsure: string[] = []
  for (const file of tests) {
    const { passed, failure } = await run(file, 'on')
    if (passed) continue
    if (isCertain(file, failure) || (await failsAgain(file, run))) return { outcome: 'killed', by: file }
    unsure.push(file)
  }
  return unsure.length > 0 ? { outcome: 'survived', unsure } : { outcome: 'survived' }
}

/** Tests next to the code need no sockets, so only time can make them fail by themselves. */
function isCertain(file: string, failure: string): boolean {
  return file.includes('/src/') && !/tim(?:e|ing)|did not end|runner ended/i.test(failure)
}

async function failsAgain(file: string, run: RunFile): Promise<boolean> {
  return (await run(file, 'off')).passed && !(await run(file, 'on')).passed
}

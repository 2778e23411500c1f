import type { FileResult } from './test-runner.ts'

export interface Trial {
  /** `unreached`: no test executes it, which is as bad as surviving. */
  outcome: 'killed' | 'survived' | 'unreached'
  /** The test files that ran, in order. The last one killed it, if it is killed. */
  ran: string[]
  /** It was killed because a test or its file did not end in time. */
  timedOut?: boolean
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
  const ran: string[] = []
  const unsure: string[] = []
  for (const file of tests) {
    ran.push(file)
    const { passed, failure } = await run(file, 'on')
    if (passed) continue
    if (isCertain(file, failure) || (await failsAgain(file, run))) {
      return { outcome: 'killed', ran, ...(isTimeout(failure) && { timedOut: true }) }
    }
    unsure.push(file)
  }
  return { outcome: ran.length > 0 ? 'survived' : 'unreached', ran, ...(unsure.length > 0 && { unsure }) }
}

/** Tests next to the code need no sockets, so only time can make them fail by themselves. */
function isCertain(file: string, failure: string): boolean {
  return file.includes('/src/') && !/tim(?:e|ing)|did not end|runner ended/i.test(failure)
}

function isTimeout(failure: string): boolean {
  return /timed out in|did not end in/.test(failure)
}

async function failsAgain(file: string, run: RunFile): Promise<boolean> {
  return (await run(file, 'off')).passed && !(await run(file, 'on')).passed
}

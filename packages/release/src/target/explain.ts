import { ArlenError } from '@arlen/core'
import { releaseError } from '../errors.ts'

const PLAIN: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota of this user is used up',
  EROFS: 'the file system is read-only',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EMFILE: 'this process may open no more files',
  ENFILE: 'this machine may open no more files',
}

/**
 * Runs one step of a command. A system error becomes one line that names the step and its outcome.
 *
 * @param outcome - what is true if the step fails: `Nothing was changed`
 * @throws step_failed; Arlen's own errors unchanged
 */
export async function runStep<T>(step: string, outcome: string, fn: () => Promise<T>): Promise<T> {
  try {
    return await fn()
  } catch (error) {
    if (error instanceof ArlenError) throw error
    throw releaseError('step_failed', { step, reason: plainReason(error), outcome: `${outcome}.` }, { cause: error })
  }
}

/**
 * Like {@link runStep}, where anything but a system error is a mistake of ours, which keeps its stack.
 *
 * @throws step_failed
 */
export async function explainSystemErrors<T>(step: string, outcome: string, fn: () => Promise<T>): Promise<T> {
  return fn().catch(error => {
    if (typeof error?.errno !== 'number') throw error
    return runStep(step, outcome, () => Promise.reject(error))
  })
}

/** An error in plain words, with the file it concerns. */
export function plainReason(error: unknown): string {
  const { code, path, message } = error as NodeJS.ErrnoException
  const plain = code === undefined ? undefined : PLAIN[code]
  if (plain === undefined) return message
  return path === undefined ? plain : `${plain} (${path})`
}

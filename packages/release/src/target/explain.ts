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
 * Runs one step of a command. What the system refuses becomes one line that names the step and says what became of it.
 *
 * @param outcome - what is true if the step fails: `Nothing was changed`
 * @throws step_failed; errors of Arlen as they are
 */
export async function runStep<T>(step: string, outcome: string, fn: () => Promise<T>): Promise<T> {
  try {
    return await fn()
  } catch (error) {
    if (error instanceof ArlenError) throw error
    throw releaseError('step_failed', { step, reason: plainReason(error), outcome: `${outcome}.` }, { cause: error })
  }
}

/** An error in plain words, with the file it is about. */
export function plainReason(error: unknown): string {
  const { code, path, message } = error as NodeJS.ErrnoException
  const plain = code === undefined ? undefined : PLAIN[code]
  if (plain === undefined) return message
  return path === undefined ? plain : `${plain} (${path})`
}

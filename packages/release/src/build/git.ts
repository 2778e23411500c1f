import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { releaseError } from '../errors.ts'

const run = promisify(execFile)

/** The commit that a release is built from. */
export interface Commit {
  id: string
  time: Date
}

/** Runs Git in a folder. Resolves with its output. Throws git_failed. */
async function git(root: string, ...args: string[]): Promise<string> {
  try {
    const { stdout } = await run('git', args, { cwd: root, maxBuffer: 2 ** 28, env: { ...process.env, LC_ALL: 'C' } })
    return stdout
  } catch (cause) {
    const { stderr, message } = cause as { stderr?: string; message: string }
    throw releaseError('git_failed', { command: args[0], root, reason: (stderr || message).trim() }, { cause })
  }
}

/** The checked-out commit, or undefined if the folder is not in a Git repository or there is no commit. */
export async function currentCommit(root: string): Promise<Commit | undefined> {
  try {
    const [id, seconds] = (await git(root, 'log', '-1', '--format=%H %ct')).trim().split(' ')
    return { id: id!, time: new Date(Number(seconds) * 1000) }
  } catch {
    return undefined
  }
}

export async function isInRepository(root: string): Promise<boolean> {
  return git(root, 'rev-parse', '--git-dir').then(
    () => true,
    () => false,
  )
}

/** The files below a folder that Git tracks, and those that it would if all were added; relative to it. */
export async function presentFiles(root: string): Promise<string[]> {
  const paths = await git(root, 'ls-files', '-z', '--cached', '--others', '--exclude-standard')
  return paths.split('\0').filter(path => path !== '')
}

/** The files below a folder that Git tracks, relative to it. */
export async function trackedFiles(root: string): Promise<string[]> {
  return (await git(root, 'ls-files', '-z', '--cached')).split('\0').filter(path => path !== '')
}

/** The files below a folder that are changed, deleted or new, relative to the repository's root. */
export async function changedFiles(root: string): Promise<string[]> {
  const entries = (await git(root, 'status', '--porcelain=v1', '-z', '--no-renames', '--', '.')).split('\0')
  return entries.filter(entry => entry !== '').map(entry => entry.slice(3))
}

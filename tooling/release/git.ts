import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** @returns standard output, trimmed; @throws with git's message */
export async function git(root: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('git', args, { cwd: root, maxBuffer: 64 * 1024 * 1024 })
  return stdout.trim()
}

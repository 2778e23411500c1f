import { existsSync } from 'node:fs'
import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Creates a folder and its missing parents; does nothing if it exists. The recursive `mkdir` of Node.js never returns where a folder
 * cannot be created although its parent exists, as in /proc.
 *
 * @param mode - of the folder itself
 * @throws the error of the system
 */
export async function makeFolder(dir: string, mode: number = 0o777): Promise<void> {
  try {
    await mkdir(dir, { mode })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST' && (await isFolder(dir))) return
    if (code !== 'ENOENT' || existsSync(dirname(dir))) throw error
    await makeFolder(dirname(dir))
    await makeFolder(dir, mode)
  }
}

async function isFolder(dir: string): Promise<boolean> {
  return stat(dir).then(
    stats => stats.isDirectory(),
    () => false,
  )
}

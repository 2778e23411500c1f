import { chmod, copyFile, lstat, lutimes, readdir, rename } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * Makes everything below a folder read-only and gives it one timestamp, so that it is identical wherever and whenever it is
 * built.
 */
export async function seal(dir: string, time: Date): Promise<void> {
  for (const entry of await readdir(dir, { withFileTypes: true })) {
    const path = join(dir, entry.name)
    if (entry.isDirectory()) await seal(path, time)
    else {
      if (!entry.isSymbolicLink()) await sealFile(path)
      await lutimes(path, time, time)
    }
  }
  await chmod(dir, 0o555)
  await lutimes(dir, time, time)
}

async function sealFile(path: string): Promise<void> {
  const { mode, nlink } = await lstat(path)
  if (nlink > 1) {
    // The other hard link to this file belongs to something else.
    await copyFile(path, `${path}.copy`)
    await rename(`${path}.copy`, path)
  }
  await chmod(path, (mode & 0o111) === 0 ? 0o444 : 0o555)
}

/** Makes the folders below a folder writable again, so that they can be removed. */
export async function unseal(dir: string): Promise<void> {
  await chmod(dir, 0o755)
  for (const entry of await readdir(dir, { withFileTypes: true })) {
    if (entry.isDirectory()) await unseal(join(dir, entry.name))
  }
}

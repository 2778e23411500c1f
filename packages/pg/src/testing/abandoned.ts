import { existsSync, lstatSync } from 'node:fs'
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { dataFolderAt, isOwnedByUs } from '../embedded/data-folder.ts'
import { isRunning } from '../embedded/server.ts'
import { chooseUser } from '../embedded/server-user.ts'
import { withStartLock } from '../embedded/start-lock.ts'

/** In the folder of a test server: the path of the working copy that it serves. */
const OWNER = 'working-copy'

/** Notes which working copy a test server's folder is for. */
export async function nameOwner(home: string, workingCopy: string): Promise<void> {
  await writeFile(join(home, OWNER), workingCopy)
}

/**
 * Removes the folders of test servers whose working copies no longer exist: some 60 MB each, which would otherwise stay
 * in the temporary folder for every clone and every deleted application.
 *
 * @param prefix - of their paths, such as `/tmp/arlen-test-pg-1000-`
 */
export async function removeAbandoned(prefix: string): Promise<void> {
  const parent = dirname(`${prefix}x`)
  const names = await readdir(parent).catch(() => []) // the first server of a TMPDIR creates it
  for (const home of names.map(name => join(parent, name)).filter(path => path.startsWith(prefix))) {
    // Another process may be removing the same folder. What cannot be removed does not stop the tests.
    await removeIfAbandoned(home).catch(() => undefined)
  }
}

async function removeIfAbandoned(home: string): Promise<void> {
  const folder = dataFolderAt(home)
  const isAbandoned = async () => {
    const owner = await readFile(join(home, OWNER), 'utf8')
    return !existsSync(owner) && !(await isRunning(folder))
  }
  // The temporary folder is open to everyone: a link may lead anywhere.
  if (!lstatSync(home).isDirectory() || !isOwnedByUs(lstatSync(home).uid, await chooseUser())) return
  if (!(await isAbandoned())) return
  await withStartLock(folder.lock, async () => {
    if (await isAbandoned()) await rm(home, { recursive: true, force: true })
  })
}

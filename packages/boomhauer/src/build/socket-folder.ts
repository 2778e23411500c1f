import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const PREFIX = 'boomhauer-'

/**
 * Creates a folder, readable only by its owner, for the sockets that applications listen on. First removes the folders of
 * supervisors that were killed.
 */
export function makeSocketFolder(parent: string = tmpdir()): string {
  for (const name of namesIn(parent)) {
    const pid = Number(/^boomhauer-(\d+)-/.exec(name)?.[1])
    if (pid > 0 && !isAlive(pid)) remove(join(parent, name))
  }
  return mkdtempSync(join(parent, `${PREFIX}${process.pid}-`))
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return [] // unreadable: leftovers are no reason to fail
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}

function remove(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true })
  } catch {
    // belongs to another user
  }
}

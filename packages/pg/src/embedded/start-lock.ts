import { link, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'

let callers = 0 // of this process, which may start several at once

/**
 * Runs `fn` exclusively for its `path`. The lock names its owner, so that a lock whose owner
 * is gone is taken over.
 */
export async function withStartLock<T>(path: string, fn: () => Promise<T>): Promise<T> {
  callers += 1
  const mine = `${path}.${process.pid}.${callers}`
  const identity = `${process.pid} ${await startTime(process.pid)}`
  await writeFile(mine, identity)
  try {
    while (!(await tryLock(mine, path))) {
      const dead = await deadOwner(path)
      if (dead) await takeAway(path, dead, mine)
      else await sleep(20)
    }
    try {
      return await fn()
    } finally {
      await rm(path, { force: true })
    }
  } finally {
    await rm(mine, { force: true })
  }
}

/** `link` fails where the name exists and never shows a half-written file. */
async function tryLock(mine: string, path: string): Promise<boolean> {
  try {
    await link(mine, path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** The identity in a lock whose owner is gone. */
async function deadOwner(path: string): Promise<string | undefined> {
  const owner = await readFile(path, 'utf8').catch(() => undefined)
  if (owner === undefined) return undefined // released this moment: try again
  const [pid, started] = owner.split(' ')
  return isAlive(Number(pid)) && (await startTime(Number(pid))) === started ? undefined : owner
}

/** Removes the lock of a dead owner, but puts it back when another process has taken it over in between. */
async function takeAway(path: string, dead: string, mine: string): Promise<void> {
  const aside = `${mine}.stale`
  try {
    await rename(path, aside)
  } catch {
    return // another process took it away first
  }
  if ((await readFile(aside, 'utf8')) !== dead) await link(aside, path).catch(() => undefined) // or a third has it
  await rm(aside, { force: true })
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** When a process started, to tell a reused process id from its first owner. Known on Linux only. */
async function startTime(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '-'
}

import { link, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'

let callers = 0 // of this process, which may start several at once

/** Runs `fn` exclusively for `path`. The lock names its owner, so that the lock of a dead owner can be taken over. */
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

/** `link` fails if the name exists, and never exposes a half-written file. */
async function tryLock(mine: string, path: string): Promise<boolean> {
  try {
    await link(mine, path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** The owner in a lock whose process is dead. */
async function deadOwner(path: string): Promise<string | undefined> {
  const owner = await readFile(path, 'utf8').catch(() => undefined)
  if (owner === undefined) return undefined // just released: try again
  const [pid, started] = owner.split(' ')
  return isAlive(Number(pid)) && (await startTime(Number(pid))) === started ? undefined : owner
}

/** Removes the lock of a dead owner, but restores it if another process has taken it over in between. */
async function takeAway(path: string, dead: string, mine: string): Promise<void> {
  const aside = `${mine}.stale`
  try {
    await rename(path, aside)
  } catch {
    return // another process removed it first
  }
  if ((await readFile(aside, 'utf8')) !== dead) await link(aside, path).catch(() => undefined) // or a third process holds it
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

/** When a process started, to distinguish a reused process id from its first owner. Known on Linux only. */
async function startTime(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '-'
}

import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { link, open, readFile, rename, rm } from 'node:fs/promises'
import { hostname, userInfo } from 'node:os'
import { join } from 'node:path'
import { releaseError } from '../errors.ts'
import type { TargetFolder } from './target-folder.ts'

/** The holder of a target's lock. */
export interface Holder {
  pid: number
  /** When that process started, in Linux clock ticks, to distinguish it from a later process with the same id. */
  processStart: string | undefined
  host: string
  user: string
  command: string
  since: string
}

/**
 * Runs `fn` as the only command that changes a target. The lock of a dead process is taken over.
 *
 * @throws target_locked with the holder's name
 */
export async function withTargetLock<T>(target: TargetFolder, command: string, fn: () => Promise<T>): Promise<T> {
  const file = join(target.state, 'lock')
  const holder = describeSelf(command)
  await acquire(file, holder)
  try {
    return await fn()
  } finally {
    // If the disk rejects that, the lock is released with this process.
    await rm(file, { force: true }).catch(() => undefined)
  }
}

/** The current holder of the lock; undefined if there is none or it is dead. */
export async function lockHolder(target: TargetFolder): Promise<Holder | undefined> {
  const holder = await readHolder(join(target.state, 'lock'))
  return holder && isAlive(holder) ? holder : undefined
}

async function acquire(file: string, holder: Holder): Promise<void> {
  // Not by this process's id: a killed process may have had the same one, and left its name of the lock.
  const mine = `${file}.${randomUUID()}.partial`
  const handle = await open(mine, 'wx', 0o640)
  try {
    await handle.writeFile(JSON.stringify(holder))
  } finally {
    await handle.close()
  }
  try {
    // A link is created atomically and never over another, so two cannot both succeed.
    for (let attempt = 0; attempt < 10; attempt++) {
      const free = await link(mine, file).then(
        () => true,
        (error: NodeJS.ErrnoException) => {
          if (error.code === 'EEXIST') return false
          throw error
        },
      )
      if (free) return
      const other = await readHolder(file)
      if (other === undefined) continue // just released
      if (isAlive(other)) throw releaseError('target_locked', { holder: nameOf(other) })
      await takeAway(file, other)
    }
    throw releaseError('target_locked', { holder: 'several commands at once' })
  } finally {
    await rm(mine, { force: true }).catch(() => undefined) // the next command cleans it up
  }
}

/** Removes the lock of a dead process. If another one took it over in between, its lock is put back. */
async function takeAway(file: string, dead: Holder): Promise<void> {
  const aside = `${file}.${randomUUID()}.partial`
  await rename(file, aside).catch(() => undefined)
  const taken = await readHolder(aside)
  if (taken && !isSame(taken, dead)) await link(aside, file).catch(() => undefined)
  await rm(aside, { force: true })
}

async function readHolder(file: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Holder
  } catch {
    return undefined
  }
}

function describeSelf(command: string): Holder {
  return {
    pid: process.pid,
    processStart: processStart(process.pid),
    host: hostname(),
    user: userName(),
    command,
    since: new Date().toISOString(),
  }
}

/** The name of this process's user, or its number if it has no name, as in many containers. */
export function userName(): string {
  try {
    return userInfo().username
  } catch {
    return String(process.getuid?.() ?? '')
  }
}

/** Nothing is known about other machines, so their locks are respected. */
function isAlive({ pid, host, processStart: start }: Holder): boolean {
  if (host !== hostname()) return true
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
  }
  return start === undefined || processStart(pid) === start
}

/** Field 22 of `/proc/<pid>/stat`, in clock ticks since the boot; undefined on other systems. */
function processStart(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The program's name, in parentheses, may contain anything.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  } catch {
    return undefined
  }
}

function isSame(a: Holder, b: Holder): boolean {
  return a.pid === b.pid && a.since === b.since && a.host === b.host
}

function nameOf({ user, host, command, pid, since }: Holder): string {
  return `${user}@${host}, ${command} (process ${pid}, since ${since})`
}

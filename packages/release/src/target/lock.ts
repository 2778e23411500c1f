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
  /** Which start of the machine, and when in it that process started, to distinguish it from a later one with the same id. */
  processStart: string | undefined
  host: string
  user: string
  command: string
  since: string
}

/**
 * Makes this process the only one that changes a target. The lock of a dead process is taken over.
 *
 * @returns what releases the lock
 * @throws target_locked with the holder's name
 */
export async function lockTarget(target: TargetFolder, command: string): Promise<() => Promise<void>> {
  const file = join(target.state, 'lock')
  await acquire(file, describeSelf(command))
  // If the disk rejects that, the lock is released with this process.
  return () => rm(file, { force: true }).catch(() => undefined)
}

/** The current holder of the lock; undefined if there is none or it is dead. */
export async function lockHolder(target: TargetFolder): Promise<Holder | undefined> {
  const holder = await readHolder(join(target.state, 'lock'))
  return holder !== undefined && holder !== TORN && isAlive(holder) ? holder : undefined
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
      if (other !== TORN && isAlive(other))
        throw releaseError('target_locked', { holder: nameOf(other), advice: adviceOn(other, file) })
      await takeAway(file, other)
    }
    throw releaseError('target_locked', { holder: 'several commands at once', advice: WAIT })
  } finally {
    await rm(mine, { force: true }).catch(() => undefined) // the next command cleans it up
  }
}

/** Removes the lock of a dead process. If another one took it over in between, its lock is put back. */
async function takeAway(file: string, dead: Holder | typeof TORN): Promise<void> {
  const aside = `${file}.${randomUUID()}.partial`
  await rename(file, aside).catch(() => undefined)
  const taken = await readHolder(aside)
  if (taken !== undefined && !isSame(taken, dead)) await link(aside, file).catch(() => undefined)
  await rm(aside, { force: true })
}

/** A lock that a power failure tore: it is written before it gets its name, so nobody is about to complete it. */
const TORN = Symbol('torn')

async function readHolder(file: string): Promise<Holder | typeof TORN | undefined> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (text === undefined) return undefined
  try {
    const holder = JSON.parse(text) as Holder
    return Number.isInteger(holder.pid) ? holder : TORN
  } catch {
    return TORN
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
  const found = processStart(pid)
  // A process of another user may be hidden.
  return start === undefined || found === undefined || found === start
}

/**
 * The id of this start of the machine, and field 22 of `/proc/<pid>/stat`, in clock ticks since then: the same process id at the
 * same tick may come again after the next start. Undefined on other systems.
 */
function processStart(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    // The program's name, in parentheses, may contain anything.
    return `${boot} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`
  } catch {
    return undefined
  }
}

function isSame(a: Holder | typeof TORN, b: Holder | typeof TORN): boolean {
  if (a === TORN || b === TORN) return a === b
  return a.pid === b.pid && a.since === b.since && a.host === b.host
}

const WAIT = 'Wait for it to end.'

function adviceOn({ host }: Holder, file: string): string {
  return host === hostname() ? WAIT : `Wait for it to end; if ${host} is gone, remove ${file}.`
}

function nameOf({ user, host, command, pid, since }: Holder): string {
  return `${user}@${host}, ${command} (process ${pid}, since ${since})`
}

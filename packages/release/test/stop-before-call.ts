import { existsSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { activateRelease, initTarget } from '../src/index.ts'
import { countedCalls, failAtCall } from './fail-at-call.ts'
import { temporaryFolder, writeRelease } from './support.ts'

/** Nothing is started, and nothing is reloaded. */
export const options = { canary: false, reload: 'none' } as const

/** A target in which r1 runs, and r2 is there. */
export async function newTarget(): Promise<string> {
  failAtCall(0, 'freeze')
  const target = temporaryFolder()
  await initTarget(target)
  for (const id of ['r1', 'r2']) await writeRelease(join(target, 'releases'), { id })
  await activateRelease({ target, release: 'r1', ...options })
  return target
}

/** A command on a target. */
export type Work = (target: string) => Promise<unknown>

const activation: Work = target => activateRelease({ target, release: 'r2', ...options })

/** The number of calls that change the file system in one command. */
export async function countCalls(
  work: Work = activation,
  makeTarget: () => Promise<string> = newTarget,
): Promise<number> {
  const target = await makeTarget()
  failAtCall(0, 'freeze')
  await work(target)
  const calls = countedCalls()
  expect(calls).toBeGreaterThan(12)
  return calls
}

/** What is on the disk then is what a process leaves that is killed before that call: nothing of it runs on. */
export async function stopBefore(target: string, call: number, work: Work = activation): Promise<void> {
  const frozen = failAtCall(call, 'freeze')
  const ended = work(target).then(
    () => 'it came to its end',
    (error: Error) => error.message,
  )
  expect(await Promise.race([frozen, ended]), `call ${call}`).toBe('frozen')
  failAtCall(0, 'freeze')
  endHolder(target)
}

/** Makes the lock that of a process that is gone. */
export function endHolder(target: string): void {
  const lock = join(target, '.arlen/lock')
  if (!existsSync(lock)) return
  writeFileSync(lock, JSON.stringify({ ...JSON.parse(readFileSync(lock, 'utf8')), processStart: 'another process' }))
}

/** The running release, which must be whole. */
export function running(target: string): string {
  const id = readlinkSync(join(target, 'current')).replace('releases/', '')
  expect(JSON.parse(readFileSync(join(target, 'current/manifest.json'), 'utf8'))).toMatchObject({ id })
  return id
}

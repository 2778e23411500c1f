import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeAll, expect, test } from 'vitest'
import {
  activateRelease,
  archiveRelease,
  findChanges,
  initTarget,
  listReleases,
  pruneReleases,
  rollbackRelease,
  targetStatus,
} from '../src/index.ts'
import { removeTree } from '../src/target/target-folder.ts'
import { countedCalls, type Failure, failAtCall } from './fail-at-call.ts'
import { temporaryFolder, writeRelease } from './support.ts'

const options = { canary: false, reload: 'none' } as const

afterEach(() => {
  failAtCall(0, 'freeze')
})

async function newTarget(): Promise<string> {
  failAtCall(0, 'freeze')
  const target = temporaryFolder()
  await initTarget(target)
  for (const id of ['r1', 'r2']) await writeRelease(join(target, 'releases'), { id })
  await activateRelease({ target, release: 'r1', ...options })
  return target
}

type Work = (target: string) => Promise<unknown>

const activation: Work = target => activateRelease({ target, release: 'r2', ...options })

/** The number of calls that change the file system in one command. */
async function countCalls(work: Work = activation, makeTarget: () => Promise<string> = newTarget): Promise<number> {
  const target = await makeTarget()
  failAtCall(0, 'freeze')
  await work(target)
  const calls = countedCalls()
  expect(calls).toBeGreaterThan(12)
  return calls
}

/** What is on the disk then is what a process leaves that is killed before that call: nothing of it runs on. */
async function stopBefore(target: string, call: number, work: Work = activation): Promise<void> {
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
function endHolder(target: string): void {
  const lock = join(target, '.arlen/lock')
  if (!existsSync(lock)) return
  writeFileSync(lock, JSON.stringify({ ...JSON.parse(readFileSync(lock, 'utf8')), processStart: 'another process' }))
}

/** The running release, which must be whole. */
function running(target: string): string {
  const id = readlinkSync(join(target, 'current')).replace('releases/', '')
  expect(JSON.parse(readFileSync(join(target, 'current/manifest.json'), 'utf8'))).toMatchObject({ id })
  return id
}

test('an activation killed before any of its changes to the disk leaves one of the two releases, and the next one continues', async () => {
  const calls = await countCalls()
  const left = new Set<string>()
  for (let call = 1; call <= calls; call++) {
    const target = await newTarget()
    await stopBefore(target, call)
    const id = running(target)
    left.add(id)
    expect((await targetStatus(target)).current, `call ${call}`).toBe(id)
    if (call % 2 === 0) await activateRelease({ target, release: 'r2', ...options })
    else await rollbackRelease({ target, to: id === 'r1' ? 'r2' : 'r1', ...options })
    expect(existsSync(join(target, '.arlen/ongoing.json')), `call ${call}`).toBe(false)
    expect(existsSync(join(target, '.arlen/lock')), `call ${call}`).toBe(false)
    expect(await targetStatus(target)).toMatchObject({ interrupted: undefined })
  }
  expect([...left].sort()).toEqual(['r1', 'r2']) // both sides of the switch
})

/** A target in which r2 runs after r1, and r0 is old. */
async function usedTarget(): Promise<string> {
  const target = await newTarget()
  await writeRelease(join(target, 'releases'), { id: 'r0' })
  await activateRelease({ target, release: 'r2', ...options })
  return target
}

let archive: string
beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'arlen-killed-'))
  archive = (await archiveRelease(await writeRelease(folder, { id: 'r3' }))).file
  return () => removeTree(folder)
})

test.each<[string, Work, string[]]>([
  ['a rollback', target => rollbackRelease({ target, ...options }), ['r1', 'r2']],
  ['a release that is unpacked', target => activateRelease({ target, release: archive, ...options }), ['r2', 'r3']],
  ['a clean-up', target => pruneReleases({ target, keep: 1 }), ['r2']],
])(
  '%s that ends before any one of its changes leaves a whole release, and the next command clears up',
  async (_, work, either) => {
    const calls = await countCalls(work, usedTarget)
    const left = new Set<string>()
    for (let call = 1; call <= calls; call++) {
      const target = await usedTarget()
      await stopBefore(target, call, work)
      left.add(running(target))
      expect(await activateRelease({ target, release: 'r1', ...options }), `call ${call}`).toMatchObject({ to: 'r1' })
      const names = [target, join(target, 'releases'), join(target, '.arlen')].flatMap(folder => readdirSync(folder))
      expect(names.filter(name => /^\.(?:current|incoming|removed)-|partial$|^lock$|^ongoing/.test(name))).toEqual([])
      for (const { id } of await listReleases(target)) {
        expect(await findChanges(join(target, 'releases', id)), `${id} after call ${call}`).toEqual([])
      }
    }
    expect([...left].sort()).toEqual(either)
  },
)

test('status says where the last command was killed, and the history keeps it', async () => {
  const target = await newTarget()
  const calls = await countCalls()
  await stopBefore(target, calls - 3)
  expect(await targetStatus(target)).toMatchObject({ interrupted: { action: 'activate', to: 'r2' } })
  await activateRelease({ target, release: 'r2', ...options })
  expect((await targetStatus(target)).history.map(({ outcome }) => outcome)).toEqual(['ok', 'interrupted', 'ok'])
})

test('SIGKILL at the switch itself is no different', async () => {
  const command = fileURLToPath(new URL('./activate-command.ts', import.meta.url))
  const calls = await countCalls()
  const target = await newTarget()
  const args = ['--conditions=@arlen/source', command, target, 'r2', String(Math.ceil(calls / 2))]
  const { signal, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  expect(signal, stderr).toBe('SIGKILL')
  running(target)
  expect(await activateRelease({ target, release: 'r2', ...options })).toMatchObject({ to: 'r2' })
})

test.each<[Failure, string]>([
  ['ENOSPC', 'the disk is full'],
  ['EACCES', 'permission denied'],
  ['EROFS', 'the file system is read-only'],
])('%s at any change to the disk is one clear line, or the command has succeeded', async (failure, words) => {
  const calls = await countCalls()
  for (let call = 1; call <= calls; call++) {
    const target = await newTarget()
    failAtCall(call, failure)
    const error = await activateRelease({ target, release: 'r2', ...options }).then(
      () => undefined,
      (thrown: Error) => thrown.message,
    )
    failAtCall(0, failure)
    endHolder(target)
    if (error === undefined) expect(running(target), `call ${call}`).toBe('r2')
    else {
      expect(error, `call ${call}`).toContain(words)
      expect(error.split('\n'), `call ${call}`).toHaveLength(1)
      if (/not touched|Nothing was changed|r1 is current again/.test(error)) {
        expect(running(target), `call ${call}: ${error}`).toBe('r1')
      }
    }
    expect(await activateRelease({ target, release: 'r2', ...options })).toMatchObject({ to: 'r2' })
  }
})

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { isAlive, withStartLock } from './start-lock.ts'

let dir: string
let lock: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'arlen-lock-'))
  lock = join(dir, 'starting')
})
afterEach(() => rmSync(dir, { recursive: true }))

/** The id of a process that has ended. */
async function deadProcess(): Promise<number> {
  const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' })
  await once(child, 'exit')
  return child.pid!
}

test('one after the other does its work, in this process too, and nothing is left', async () => {
  const events: string[] = []
  const work = (name: string) =>
    withStartLock(lock, async () => {
      events.push(`${name} begins`)
      await new Promise(resolve => setImmediate(resolve))
      events.push(`${name} ends`)
      return name
    })
  expect(await Promise.all(['a', 'b', 'c'].map(work))).toEqual(['a', 'b', 'c'])
  for (let i = 0; i < events.length; i += 2) {
    expect(events[i + 1]).toBe(events[i]!.replace('begins', 'ends'))
  }
  expect(readdirSync(dir)).toEqual([])
})

test('the lock names its owner, and is gone after a failure', async () => {
  let owner = ''
  const failing = withStartLock(lock, async () => {
    owner = readFileSync(lock, 'utf8')
    throw new Error('of the work')
  })
  await expect(failing).rejects.toThrow('of the work')
  expect(owner).toMatch(new RegExp(`^${process.pid} (?:\\d+|-)$`))
  expect(readdirSync(dir)).toEqual([])
})

test('the lock of a process that has ended is taken over', async () => {
  writeFileSync(lock, `${await deadProcess()} 12345`)
  expect(await withStartLock(lock, async () => existsSync(lock))).toBe(true)
  expect(readdirSync(dir)).toEqual([])
})

test.skipIf(process.platform !== 'linux')('a lock whose process id is now that of another is taken over', async () => {
  writeFileSync(lock, `${process.pid} 12345`)
  expect(await withStartLock(lock, async () => 'done')).toBe('done')
})

test('the lock of a process that lives is waited for', async () => {
  const held = Promise.withResolvers<void>()
  const begun = Promise.withResolvers<void>()
  const events: string[] = []
  const first = withStartLock(lock, async () => {
    begun.resolve()
    await held.promise
    events.push('first')
  })
  await begun.promise
  const second = withStartLock(lock, async () => events.push('second'))
  // It looks again every 20 ms: long enough to have taken what it may not.
  await Promise.race([second, new Promise(resolve => setTimeout(resolve, 60))])
  expect(events).toEqual([])
  held.resolve()
  await Promise.all([first, second])
  expect(events).toEqual(['first', 'second'])
})

test('a folder that is not there is an error, not a wait', async () => {
  await expect(withStartLock(join(dir, 'none', 'starting'), async () => 'x')).rejects.toMatchObject({ code: 'ENOENT' })
})

test('a process lives until it has ended', async () => {
  expect(isAlive(process.pid)).toBe(true)
  expect(isAlive(await deadProcess())).toBe(false)
})

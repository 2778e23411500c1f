import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { nameOwner, removeAbandoned } from './abandoned.ts'

let root: string
let prefix: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'arlen-abandoned-'))
  prefix = join(root, 'pg-0-')
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

/** The folder of a test server that has stopped. */
async function stopped(name: string, owner: string): Promise<string> {
  const home = prefix + name
  mkdirSync(join(home, 'data'), { recursive: true })
  writeFileSync(join(home, 'data/PG_VERSION'), '18\n')
  await nameOwner(home, owner)
  return home
}

test('the folder of a working copy that is gone is removed, with everything in it', async () => {
  await stopped('a', join(root, 'gone'))
  await stopped('b', join(root, 'gone', 'deeper'))
  await removeAbandoned(prefix)
  expect(readdirSync(root)).toEqual([])
})

test('what has a working copy, or names none, or is something else stays', async () => {
  await stopped('kept', root)
  mkdirSync(`${prefix}unnamed/data`, { recursive: true })
  writeFileSync(`${prefix}file`, '')
  await nameOwner(mkdtempSync(join(root, 'other-')), join(root, 'gone'))
  const before = readdirSync(root)
  await removeAbandoned(prefix)
  expect(readdirSync(root)).toEqual(before)
})

test('a link is not followed', async () => {
  const elsewhere = join(root, 'elsewhere')
  mkdirSync(elsewhere)
  await nameOwner(elsewhere, join(root, 'gone'))
  symlinkSync(elsewhere, `${prefix}link`)
  await removeAbandoned(prefix)
  expect(readdirSync(elsewhere)).toEqual(['working-copy'])
})

test('a server that still runs keeps its folder until it has stopped', async () => {
  const home = await stopped('running', join(root, 'gone'))
  // As the server has its data folder in its command line.
  const server = spawn(process.execPath, ['-e', 'process.stdin.resume()', join(home, 'data')], { stdio: 'pipe' })
  try {
    await once(server, 'spawn')
    writeFileSync(join(home, 'data/postmaster.pid'), `${server.pid}\n`)
    await removeAbandoned(prefix)
    expect(readdirSync(root)).toEqual(['pg-0-running'])
  } finally {
    const ended = once(server, 'exit')
    server.kill()
    await ended
  }
  await removeAbandoned(prefix)
  expect(readdirSync(root)).toEqual([])
})

test('a temporary folder that does not exist yet has nothing to remove', async () => {
  await expect(removeAbandoned(join(root, 'none', 'pg-0-'))).resolves.toBeUndefined()
})

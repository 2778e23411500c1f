import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { dataVersion, openDataFolder, removeFolder } from './data-folder.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'arlen-data-'))
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(dir, { recursive: true })
})

test('the files of a server are in one folder, which only its owner may enter', async () => {
  const home = join(dir, 'deep', 'home')
  const folder = await openDataFolder(home, undefined)
  expect(folder).toEqual({
    home,
    data: join(home, 'data'),
    leases: join(home, 'leases'),
    log: join(home, 'postgresql.log'),
    lock: join(home, 'starting'),
    settings: join(home, 'embedded.json'),
  })
  expect(statSync(home).mode & 0o777).toBe(0o700)
  expect(await openDataFolder(home, undefined)).toEqual(folder)
})

test('the version is that of complete data', async () => {
  const folder = await openDataFolder(join(dir, 'home'), undefined)
  expect(await dataVersion(folder)).toBeUndefined()
  mkdirSync(folder.data)
  expect(await dataVersion(folder)).toBeUndefined()
  writeFileSync(join(folder.data, 'PG_VERSION'), '18\n')
  expect(await dataVersion(folder)).toBe('18')
  await removeFolder(folder)
  expect(() => statSync(folder.home)).toThrow('ENOENT')
})

test('a file in its place is an error that says where', async () => {
  writeFileSync(join(dir, 'home'), 'x')
  await expect(openDataFolder(join(dir, 'home'), undefined)).rejects.toMatchObject({
    code: 'embedded_failed',
    message: expect.stringMatching(/home failed to open its folder: EEXIST/),
  })
})

const isRoot = process.getuid?.() === 0
describe.skipIf(!isRoot)(`as root${isRoot ? '' : ' (skipped: not root)'}`, () => {
  const user = { name: 'stranger', uid: 54_321, gid: 54_322 }

  test('a folder that the server’s user can reach becomes its own', async () => {
    chmodSync(dir, 0o755)
    const { home } = await openDataFolder(join(dir, 'home'), user)
    const { uid, gid } = statSync(home)
    expect([home, uid, gid]).toEqual([join(dir, 'home'), 54_321, 54_322])
  })

  test('one that it cannot reach is a link to a folder that it can', async () => {
    const reachable = mkdtempSync(join(tmpdir(), 'arlen-cache-'))
    try {
      chmodSync(reachable, 0o755)
      vi.stubEnv('XDG_CACHE_HOME', reachable)
      chmodSync(dir, 0o700)
      const wanted = join(dir, 'home')
      const { home } = await openDataFolder(wanted, user)
      expect(home).toMatch(new RegExp(`^${join(reachable, 'arlen')}/home-[\\da-f]{12}$`))
      expect(readlinkSync(wanted)).toBe(home)
      expect(statSync(home).uid).toBe(54_321)
      expect((await openDataFolder(wanted, user)).home).toBe(home)
      expect((await openDataFolder(join(dir, 'other'), user)).home).not.toBe(home)
      mkdirSync(join(dir, 'old'))
      await expect(openDataFolder(join(dir, 'old'), user)).rejects.toThrow(
        'failed to open its folder: the user stranger cannot reach it; delete it',
      )
      expect(lstatSync(join(dir, 'old')).isDirectory()).toBe(true)
    } finally {
      rmSync(reachable, { recursive: true })
    }
  })

  test('one of another user is refused', async () => {
    chmodSync(dir, 0o755)
    mkdirSync(join(dir, 'home'))
    chownSync(join(dir, 'home'), 11_111, 11_111)
    for (const own of [undefined, user]) {
      await expect(openDataFolder(join(dir, 'home'), own)).rejects.toThrow('it belongs to another user')
    }
  })
})

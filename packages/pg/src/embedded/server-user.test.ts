import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { canTraverse, parsePasswd, reachableFolder } from './server-user.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'arlen-user-'))
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(dir, { recursive: true })
})

const stranger = { name: 'stranger', uid: 54_321, gid: 54_321 }
const modeOf = (path: string) => statSync(path).mode & 0o777

test('users are those of /etc/passwd that are not root and have a number', () => {
  const text =
    'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65533:n:/:/bin/false\nbroken:x:y:1\nshort:x:7\nleast:x:7:8\n'
  expect(parsePasswd(text)).toEqual([
    { name: 'nobody', uid: 65_534, gid: 65_533 },
    { name: 'least', uid: 7, gid: 8 },
  ])
})

test('a user enters a folder by the bit of the owner, of the group or of all others', async () => {
  const { uid, gid } = statSync(dir)
  const inner = join(dir, 'inner')
  mkdirSync(inner)
  const asked = async (mode: number, user: { uid: number; gid: number }) => {
    chmodSync(dir, mode)
    const may = await canTraverse(dir, { name: 'x', ...user })
    chmodSync(dir, 0o755)
    return may
  }
  const [owner, group] = [
    { uid, gid: 54_321 },
    { uid: 54_321, gid },
  ]
  for (const [mode, user, may] of [
    [0o700, owner, true],
    [0o700, stranger, false],
    [0o710, group, true],
    [0o710, stranger, false],
    [0o701, stranger, true],
    [0o701, group, false],
    [0o611, owner, false],
  ] as const) {
    expect([mode.toString(8), await asked(mode, user)]).toEqual([mode.toString(8), may])
  }
  expect(await canTraverse(inner, undefined)).toBe(true)
})

test('without a user of its own the server keeps its files in the cache of the current one', async () => {
  vi.stubEnv('XDG_CACHE_HOME', join(dir, 'cache'))
  const folder = await reachableFolder(undefined)
  expect(folder).toBe(join(dir, 'cache/arlen'))
  expect(modeOf(folder)).toBe(0o755 & ~process.umask())
})

test.runIf(process.getuid?.() === 0)(
  'a folder for another user is reachable, of root, and closed to writers',
  async () => {
    chmodSync(dir, 0o755)
    vi.stubEnv('XDG_CACHE_HOME', dir)
    expect(await reachableFolder(stranger)).toBe(join(dir, 'arlen'))
    chmodSync(join(dir, 'arlen'), 0o700)
    expect(await reachableFolder(stranger)).toBe(join(dir, 'arlen'))
    expect(modeOf(join(dir, 'arlen'))).toBe(0o755)
    for (const mode of [0o777, 0o775]) {
      chmodSync(join(dir, 'arlen'), mode)
      expect(await reachableFolder(stranger)).not.toBe(join(dir, 'arlen'))
    }
  },
)

import { existsSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { makeFolder } from './make-folder.ts'

function temporaryFolder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'arlen-folder-'))
  onTestFinished(() => rmSync(dir, { recursive: true }))
  return dir
}

test('creates missing parents, and accepts what exists, also by a link', async () => {
  const dir = temporaryFolder()
  const deep = join(dir, 'a', 'ü b', 'c')
  await makeFolder(deep, 0o700)
  await makeFolder(deep)
  expect(statSync(deep).mode & 0o777).toBe(0o700)
  symlinkSync(join(dir, 'a'), join(dir, 'link'))
  await makeFolder(join(dir, 'link'))
  await makeFolder(join(dir, 'link', 'd'))
  expect(existsSync(join(dir, 'a', 'd'))).toBe(true)
})

test('fails where a file or a link to nothing is in the way', async () => {
  const dir = temporaryFolder()
  writeFileSync(join(dir, 'file'), '')
  symlinkSync(join(dir, 'nothing'), join(dir, 'link'))
  await expect(makeFolder(join(dir, 'file'))).rejects.toMatchObject({ code: 'EEXIST' })
  await expect(makeFolder(join(dir, 'file', 'a'))).rejects.toMatchObject({ code: 'ENOTDIR' })
  await expect(makeFolder(join(dir, 'link', 'a'))).rejects.toMatchObject({ code: 'EEXIST' })
})

test.skipIf(!existsSync('/proc/self'))(
  'fails where the system creates no folder, instead of trying forever',
  async () => {
    await expect(makeFolder('/proc/arlen/releases')).rejects.toMatchObject({ code: 'ENOENT', path: '/proc/arlen' })
  },
)

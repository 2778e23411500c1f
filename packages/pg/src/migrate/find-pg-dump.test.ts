import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findPgDump } from './find-pg-dump.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'arlen-pg-dump-'))
})
afterEach(() => rmSync(root, { recursive: true }))

/** A fake pg_dump that runs this line, in a folder of its own. */
function install(folder: string, says: string): string {
  const file = join(root, folder, 'pg_dump')
  mkdirSync(join(root, folder))
  writeFileSync(file, `#!/bin/sh\n${says}\n`)
  chmodSync(file, 0o755)
  return file
}

const find = (major: number) => findPgDump(major, { PATH: join(root, 'path') }, [join(root, 'lib-*')])

test('the one on PATH is taken when it can read the server', async () => {
  const file = install('path', "echo 'pg_dump (PostgreSQL) 18.4 (Debian 18.4-1)'")
  install('lib-19', "echo 'pg_dump (PostgreSQL) 19beta1'")
  expect([await find(18), await find(14)]).toEqual([file, file])
})

test('one that a package keeps elsewhere is taken when that on PATH is too old or broken', async () => {
  install('path', "echo 'pg_dump (PostgreSQL) 15.18'")
  install('lib-16', "echo 'pg_dump (PostgreSQL) 16.2'")
  install('lib-17', 'exit 1')
  const file = install('lib-18', "echo 'pg_dump (PostgreSQL) 18.0'")
  expect(await find(18)).toBe(file)
})

test('none at all, and none that is new enough, are errors that say what to install', async () => {
  await expect(find(18)).rejects.toMatchObject({
    code: 'pg_dump_missing',
    remedy: expect.stringContaining('postgresql-client-18'),
  })
  install('path', "echo 'pg_dump (PostgreSQL) 15.18'")
  await expect(find(18)).rejects.toMatchObject({
    code: 'pg_dump_outdated',
    message: expect.stringMatching(/^pg_dump is of PostgreSQL 15, and the server of 18.*postgresql-client-18/),
  })
})

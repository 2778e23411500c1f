import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { makeSocketFolder } from './socket-folder.ts'

const parent = mkdtempSync(join(tmpdir(), 'sockets-'))
afterAll(() => rmSync(parent, { recursive: true }))

test('is for its owner alone, and takes away what dead supervisors have left, and nothing else', () => {
  const dead = spawnSync(process.execPath, ['--version']).pid
  const left = join(parent, `boomhauer-${dead}-abc`)
  const kept = [`boomhauer-${process.pid}-abc`, 'boomhauer-test', `other-${dead}-abc`].map(name => join(parent, name))
  for (const folder of [left, ...kept]) mkdirSync(folder)
  const made = makeSocketFolder(parent)
  expect(statSync(made).mode & 0o077).toBe(0)
  expect(existsSync(left)).toBe(false)
  expect(kept.filter(folder => !existsSync(folder))).toEqual([])
})

import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { findLate, lateMigrations } from './late.ts'

test('a migration that sorts before the last one of the base branch, and is not on it, is late', () => {
  expect(findLate(['1_a.sql', '3_c.sql', '2_b.sql', '9_z.sql', 'x.md'], ['1_a.sql', '3_c.sql', ''])).toEqual([
    { file: '2_b.sql', after: '3_c.sql', command: 'arlen migrate rename 2' },
  ])
  expect(findLate(['1_a.sql', '2_b.sql'], [])).toEqual([])
  expect(findLate(['3_mine.sql'], ['3_theirs.sql'])).toHaveLength(1)
})

test('the base branch is asked of git', async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'arlen-late-'))
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { cwd })
  try {
    mkdirSync(join(cwd, 'db/migrations'), { recursive: true })
    git('init', '-q', '-b', 'main')
    writeFileSync(join(cwd, 'db/migrations/2_theirs.sql'), 'select 1')
    git('add', '.')
    git('commit', '-q', '-m', 'x')
    git('checkout', '-q', '-b', 'feature')
    writeFileSync(join(cwd, 'db/migrations/1_mine.sql'), 'select 1')
    expect(await lateMigrations({ cwd })).toMatchObject([{ file: '1_mine.sql', after: '2_theirs.sql' }])
  } finally {
    rmSync(cwd, { recursive: true })
  }
})

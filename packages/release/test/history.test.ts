import { mkdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { activateRelease, listReleases, pruneReleases, rollbackRelease, targetStatus } from '../src/index.ts'
import { history, listedIds, targetWith } from './targets.ts'

describe('list, status and prune', () => {
  test('say what runs and what ran', async () => {
    const target = await targetWith({ id: 'r1' }, { id: 'r2' }, { id: 'r3' })
    for (const release of ['r1', 'r2']) await activateRelease({ target, release, canary: false })
    expect(await listReleases(target)).toMatchObject([
      { id: 'r1', state: 'previous', activatedAt: expect.any(String) },
      { id: 'r2', state: 'current' },
      { id: 'r3', state: 'present', activatedAt: null },
    ])
    expect(await targetStatus(target)).toMatchObject({ current: 'r2', previous: 'r1', interrupted: undefined })
  })

  test('prune keeps what runs, what a rollback leads to, and what is about to run', async () => {
    const target = await targetWith(...['r1', 'r2', 'r3', 'r4', 'r5'].map(id => ({ id })))
    for (const release of ['r1', 'r2', 'r3', 'r4']) await activateRelease({ target, release, canary: false })
    expect(await pruneReleases({ target, keep: 1, dryRun: true })).toEqual(['r1', 'r2'])
    expect((await listReleases(target)).map(({ id }) => id)).toHaveLength(5)
    expect(await pruneReleases({ target, keep: 1 })).toEqual(['r1', 'r2'])
    expect((await listReleases(target)).map(({ id }) => id)).toEqual(['r3', 'r4', 'r5'])
    expect(await rollbackRelease({ target })).toMatchObject({ to: 'r3' })
  })

  test('prune removes nothing when the history may not be read, and keeps the newest when it is lost', async () => {
    const target = await targetWith(...['r1', 'r2', 'r3', 'r4', 'r5'].map(id => ({ id })))
    for (const release of ['r1', 'r2', 'r3', 'r4', 'r5']) await activateRelease({ target, release, canary: false })
    const file = join(target, '.arlen/history.jsonl')
    const text = readFileSync(file)
    rmSync(file)
    mkdirSync(file)
    await expect(pruneReleases({ target, keep: 1 })).rejects.toMatchObject({ code: 'step_failed' })
    expect(await listedIds(target)).toHaveLength(5)
    rmdirSync(file)
    expect(await pruneReleases({ target, keep: 2, dryRun: true })).toEqual(['r1', 'r2'])
    writeFileSync(file, text)
    expect(await pruneReleases({ target, keep: 2 })).toEqual(['r1', 'r2'])
    expect(await listedIds(target)).toEqual(['r3', 'r4', 'r5'])
  })

  test('a clock that jumps, back or far ahead, changes nothing', async () => {
    const target = await targetWith(...['r1', 'r2', 'r3', 'r4'].map(id => ({ id })))
    vi.useFakeTimers({ toFake: ['Date'] })
    onTestFinished(() => void vi.useRealTimers())
    const times = { r1: '2026-06-01', r2: '2099-01-01', r3: '1971-01-01', r4: '2026-06-02' }
    for (const [release, time] of Object.entries(times)) {
      vi.setSystemTime(new Date(time))
      await activateRelease({ target, release, canary: false })
    }
    expect(history(target).every(({ durationMs }) => Number(durationMs) >= 0 && Number(durationMs) < 60_000)).toBe(true)
    expect(await targetStatus(target)).toMatchObject({ current: 'r4', previous: 'r3' })
    vi.setSystemTime(new Date('1980-01-01'))
    expect(await pruneReleases({ target, keep: 1 })).toEqual(['r1', 'r2'])
    expect(await rollbackRelease({ target, canary: false })).toMatchObject({ to: 'r3' })
  })

  test('history survives a line that a power cut tore', async () => {
    const target = await targetWith({ id: 'r1' }, { id: 'r2' })
    await activateRelease({ target, release: 'r1', canary: false })
    const file = join(target, '.arlen/history.jsonl')
    writeFileSync(file, `${readFileSync(file, 'utf8')}{"at":"2026`)
    await activateRelease({ target, release: 'r2', canary: false })
    expect((await targetStatus(target)).history.map(({ to }) => to)).toEqual(['r1', 'r2'])
    expect(await rollbackRelease({ target })).toMatchObject({ to: 'r1' })
  })
})

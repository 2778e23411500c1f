import { existsSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { activateRelease, initTarget, rollbackRelease, targetStatus } from '../src/index.ts'
import { temporaryFolder, writeRelease } from './support.ts'

interface Counts {
  pid?: number
  ok?: number
  failed?: number
  shed?: number
  crashes?: number
}

/** A status of propane with one worker of a release, which gave all answers. */
function status(release: string, { pid = 1, ok = 0, failed = 0, shed = 0, crashes = 0 }: Counts) {
  const statuses = [0, ok, 0, 0, failed]
  return { ok: true, result: { pid, statuses, totals: { shed, crashes }, workers: [{ release, statuses, shed }] } }
}

/** A target on which r1 runs, r2 is at hand, and propane says these things of each, one after the other. */
async function running(says: { r1?: object[]; r2?: object[] }): Promise<string> {
  const target = temporaryFolder()
  await initTarget(target)
  for (const id of ['r1', 'r2']) await writeRelease(join(target, 'releases'), { id })
  await activateRelease({ target, release: 'r1', canary: false })
  const reloads = ['r1', 'r2'].map(id => [id, { ok: true, result: { release: id } }])
  writeFileSync(join(target, 'shared/reload.json'), JSON.stringify(Object.fromEntries(reloads)))
  writeFileSync(join(target, 'shared/status.json'), JSON.stringify(says))
  return target
}

const current = (target: string) => readlinkSync(join(target, 'current'))
const ENDLESS = { forMs: 60_000 }

describe('a release that is watched', () => {
  test('stays when its answers are as good as before', async () => {
    const target = await running({
      r1: [status('r1', { ok: 1000, failed: 2 })],
      r2: [status('r2', { ok: 1000, failed: 2 }), status('r2', { ok: 2000, failed: 6 })],
    })
    const steps: string[] = []
    const onStep = (step: string) => steps.push(step)
    const result = await activateRelease({ target, release: 'r2', canary: false, watch: { forMs: 1 }, onStep })
    expect(result).toMatchObject({ to: 'r2', watched: { answered: 1004, failed: 4 } })
    expect(steps.at(-1)).toBe('watch')
    expect(current(target)).toBe('releases/r2')
  })

  test.each<[string, Counts[], RegExp]>([
    ['answers with errors', [{}, { ok: 90, failed: 10 }], /10 % of 100 answers were errors, after 0.1 % before/],
    [
      'refuses requests',
      [
        { ok: 50, shed: 3 },
        { ok: 60, shed: 13 },
      ],
      /50 % of 20 answers were errors/,
    ],
    ['crashes', [{ crashes: 1 }, { crashes: 3 }], /2 of its workers crashed/],
    ['fails under a new primary', [{ pid: 1, failed: 50 }, { pid: 2 }, { pid: 2, failed: 9 }], /100 % of 9 answers/],
  ])('and %s makes room for the one before, by itself', async (_, counts, reason) => {
    const target = await running({
      r1: [status('r1', { ok: 999, failed: 1 })],
      r2: counts.map(each => status('r2', each)),
    })
    const activating = activateRelease({ target, release: 'r2', canary: false, watch: ENDLESS })
    await expect(activating).rejects.toMatchObject({
      code: 'errors_rose',
      message: expect.stringMatching(
        new RegExp(`^r2 was running, and errors rose: ${reason.source}.*r1 is current again`),
      ),
    })
    expect(current(target)).toBe('releases/r1')
    expect(readFileSync(join(target, 'shared/reloads'), 'utf8')).toBe('r1\nr2\nr1\n')
    expect((await targetStatus(target)).history.at(-1)).toMatchObject({
      outcome: 'reverted',
      step: 'watch',
      reason: expect.stringMatching(reason),
    })
  })

  test('and that ends altogether is a failure too', async () => {
    const target = await running({ r1: [status('r1', {})] })
    await expect(activateRelease({ target, release: 'r2', canary: false, watch: ENDLESS })).rejects.toMatchObject({
      code: 'errors_rose',
      message: expect.stringContaining('it does not answer any more'),
    })
    expect(current(target)).toBe('releases/r1')
  })

  test.each<[string, object[], object[], number | undefined]>([
    [
      'four errors, which may be one visitor',
      [status('r1', {})],
      [status('r2', {}), status('r2', { failed: 4 })],
      undefined,
    ],
    [
      'no more than twice the errors of before',
      [status('r1', { ok: 90, failed: 10 })],
      [status('r2', {}), status('r2', { ok: 81, failed: 19 })],
      undefined,
    ],
    ['errors within the limit', [status('r1', {})], [status('r2', {}), status('r2', { ok: 50, failed: 50 })], 0.5],
    ['one crash', [status('r1', {})], [status('r2', {}), status('r2', { crashes: 1 })], undefined],
  ])('stays with %s', async (_, r1, r2, maxErrorRate) => {
    const target = await running({ r1, r2 })
    const watch = { forMs: 1, maxErrorRate }
    expect(await activateRelease({ target, release: 'r2', canary: false, watch })).toMatchObject({ to: 'r2' })
  })

  test('can be the target of a rollback', async () => {
    const target = await running({ r1: [status('r1', {}), status('r1', { failed: 9 })], r2: [status('r2', {})] })
    await activateRelease({ target, release: 'r2', canary: false })
    await expect(rollbackRelease({ target, canary: false, watch: ENDLESS })).rejects.toMatchObject({
      code: 'errors_rose',
    })
    expect(current(target)).toBe('releases/r2')
  })
})

describe('watching', () => {
  test('is refused before the switch where errors cannot be known', async () => {
    const target = await running({ r1: [{ ok: false, error: { code: 'command_failed', message: 'no permission' } }] })
    for (const reload of ['auto', ['true'], 'none'] as const) {
      await expect(
        activateRelease({ target, release: 'r2', canary: false, reload, watch: ENDLESS }),
      ).rejects.toMatchObject({
        code: 'watch_impossible',
        message: expect.stringMatching(/(?:no permission|nothing is reloaded)\. Nothing was switched\.$/),
      })
    }
    expect(current(target)).toBe('releases/r1')
  })

  test('is left out where nothing runs', async () => {
    const target = await running({})
    writeFileSync(join(target, 'shared/reload.json'), '{}')
    const result = await activateRelease({ target, release: 'r2', canary: false, watch: ENDLESS })
    expect(result).toMatchObject({ to: 'r2', reloaded: false, watched: undefined })
    expect(existsSync(join(target, '.arlen/ongoing.json'))).toBe(false)
  })

  test.each([{ forMs: 0 }, { forMs: 1, maxErrorRate: 2 }, { forMs: 1, maxErrors: 2 }])('refuses %j', async watch => {
    const target = await running({})
    await expect(activateRelease({ target, release: 'r2', watch })).rejects.toMatchObject({
      code: expect.stringMatching(/^option_/),
    })
  })
})

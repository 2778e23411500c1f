import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { activateRelease, pruneReleases, rollbackRelease, targetStatus } from '../src/index.ts'
import { type FakeRelease, temporaryFolder } from './support.ts'
import { current, history, running, targetWith } from './targets.ts'

describe('activate', () => {
  test('switches to a release that answers, and records who switched', async () => {
    const target = await targetWith({ id: 'r1' }, { id: 'r2' })
    const steps: string[] = []
    expect(await activateRelease({ target, release: 'r1', onStep: step => steps.push(step) })).toMatchObject({
      from: undefined,
      to: 'r1',
      reloaded: false,
    })
    expect(steps).toEqual(['verify', 'configuration', 'canary', 'switch', 'reload'])
    expect(current(target)).toBe('releases/r1')
    writeFileSync(join(target, 'shared/reload.json'), running('r2'))
    expect(await activateRelease({ target, release: 'r2' })).toMatchObject({ from: 'r1', to: 'r2', reloaded: true })
    expect(current(target)).toBe('releases/r2')
    expect(history(target)).toMatchObject([
      { action: 'activate', from: null, to: 'r1', outcome: 'ok', host: hostname() },
      { action: 'activate', from: 'r1', to: 'r2', outcome: 'ok', durationMs: expect.any(Number) },
    ])
    expect(existsSync(join(target, '.arlen/lock'))).toBe(false)
    expect(existsSync(join(target, '.arlen/ongoing.json'))).toBe(false)
  })

  test.each<[string, Partial<FakeRelease>, string, RegExp]>([
    [
      'is not ready',
      { answers: { '/readyz': [503, 'no database'] } },
      'canary_failed',
      /\/readyz answered 503: no database within 8000 ms.*The last lines of its log:\nthe program starts/s,
    ],
    ['ends at once', { answers: { exit: 3 } }, 'canary_failed', /it ended with exit code 3/],
    [
      'answers a request wrongly',
      { answers: { '/readyz': [200, 'ok'], '/products': [500, 'broken'] } },
      'canary_failed',
      /GET \/products answered 500: broken/,
    ],
    [
      'wants another Node.js',
      { manifest: { node: { range: '>=99', checked: '99.0.0' } } },
      'node_unfit',
      /needs Node.js >=99; this is/,
    ],
    [
      'has native modules of another system',
      {
        manifest: {
          platforms: [
            { os: 'plan9', arch: 'mips' },
            { os: 'linux', arch: 's390x', libc: 'musl' },
          ],
        },
      },
      'platform_unfit',
      /^r2 contains native modules for plan9-mips, linux-s390x-musl; this is \S+\. Build it on such a machine, or with --platform \S+\.$/,
    ],
    ['is not as it was built', { manifest: { files: {} } }, 'release_changed', /answers.json is added/],
    [
      'lacks configuration',
      { files: { 'config/app.js': 'exports.default = { http: { port: "many" } }' } },
      'config_invalid',
      /, whose variables are in \S+\/shared\/env: .*http\.port/s,
    ],
  ])('touches nothing when the release %s', async (how, release, code, message) => {
    const target = await targetWith({ id: 'r1' }, { id: 'r2', ...release })
    await activateRelease({ target, release: 'r1', canary: false })
    const requests = [{ path: '/products' }]
    const failing = activateRelease({
      target,
      release: 'r2',
      timeoutMs: how === 'is not ready' ? 8000 : 60_000,
      requests,
    })
    await expect(failing).rejects.toMatchObject({ code, message: expect.stringMatching(message) })
    expect(current(target)).toBe('releases/r1')
    expect(existsSync(join(target, 'shared/reloads')) && readFileSync(join(target, 'shared/reloads'), 'utf8')).toBe(
      'r1\n',
    )
    expect(history(target).at(-1)).toMatchObject({
      outcome: 'failed',
      from: 'r1',
      to: 'r2',
      reason: expect.any(String),
    })
  })

  test('goes back when the reload fails', async () => {
    const target = await targetWith({ id: 'r1' }, { id: 'r2' })
    await activateRelease({ target, release: 'r1', canary: false })
    const failed = { ok: false, error: { code: 'reload_failed', message: 'worker 1 ended with exit code 1' } }
    writeFileSync(join(target, 'shared/reload.json'), JSON.stringify({ r2: failed, ...JSON.parse(running('r1')) }))
    await expect(activateRelease({ target, release: 'r2', canary: false })).rejects.toMatchObject({
      code: 'reload_failed',
      message: 'r2 did not come up: worker 1 ended with exit code 1. r1 is current again.',
    })
    expect(current(target)).toBe('releases/r1')
    expect(readFileSync(join(target, 'shared/reloads'), 'utf8')).toBe('r1\nr2\nr1\n')
    expect(history(target).at(-1)).toMatchObject({ outcome: 'reverted', step: 'reload' })
  })

  test('goes back when what runs was started from somewhere else', async () => {
    const target = await targetWith({ id: 'r1' }, { id: 'r2' })
    await activateRelease({ target, release: 'r1', canary: false })
    const other = { ok: true, result: { generation: 2, release: 'r0' } }
    writeFileSync(join(target, 'shared/reload.json'), JSON.stringify({ r2: other, r1: other }))
    await expect(activateRelease({ target, release: 'r2', canary: false })).rejects.toMatchObject({
      code: 'reload_failed',
      message: expect.stringContaining(`was not started from ${target}/current`),
    })
    expect(current(target)).toBe('releases/r1')
  })

  test('runs a command of the user’s to reload, and goes back when it fails', async () => {
    const target = await targetWith({ id: 'r1' }, { id: 'r2' })
    const reload = ['sh', '-c', 'readlink current >> shared/told']
    expect(await activateRelease({ target, release: 'r1', reload })).toMatchObject({ reloaded: true })
    const failing = activateRelease({ target, release: 'r2', reload: ['sh', '-c', 'echo no unit >&2; exit 5'] })
    await expect(failing).rejects.toMatchObject({ message: expect.stringContaining('exit code 5: no unit') })
    expect(readFileSync(join(target, 'shared/told'), 'utf8')).toBe('releases/r1\n')
    expect(current(target)).toBe('releases/r1')
  })

  test('reads the configuration in the environment of shared/env, and leaves its own as it was', async () => {
    const config = `exports.default = { apiOnly: true, http: { port: Number(process.env.SHOP_PORT) } }`
    const files = { 'config/app.js': config }
    const target = await targetWith({ id: 'r1', files }, { id: 'r2', files })
    await expect(activateRelease({ target, release: 'r1' })).rejects.toMatchObject({ code: 'config_invalid' })
    expect(history(target).at(-1)).toMatchObject({ reason: expect.stringMatching(/^The config.* http\.port /) })
    writeFileSync(join(target, 'shared/env'), 'SHOP_PORT=8080\n')
    expect(await activateRelease({ target, release: 'r2' })).toMatchObject({ to: 'r2' })
    expect(process.env.SHOP_PORT).toBeUndefined()
  })

  test('ends a reload command with all that it has started when its time is over', async () => {
    const target = await targetWith({ id: 'r1' })
    const reload = ['sh', '-c', 'sleep 600 & echo $! > shared/child; trap "" TERM; wait']
    await expect(
      activateRelease({ target, release: 'r1', canary: false, reload, timeoutMs: 2_000 }),
    ).rejects.toMatchObject({
      code: 'reload_failed',
      message: expect.stringContaining('stopped after 2000 ms'),
    })
    const child = Number(readFileSync(join(target, 'shared/child'), 'utf8'))
    // It was killed, but its new parent may not have reaped it yet.
    const state = () => {
      try {
        return readFileSync(`/proc/${child}/stat`, 'utf8')
      } catch {
        return 'gone) Z'
      }
    }
    await expect.poll(state).toMatch(/\) Z/)
  })

  test('refuses a target whose link current is something else, in one line', async () => {
    const target = await targetWith({ id: 'r1' })
    mkdirSync(join(target, 'current'))
    await expect(activateRelease({ target, release: 'r1' })).rejects.toMatchObject({
      code: 'current_invalid',
      message: `${target}/current is not a link to a release. Move it away, or let it lead to one below releases/.`,
    })
  })

  test.each(['r9', '../r1', 'r1/../r1', ''])('refuses the release %j', async release => {
    const target = await targetWith({ id: 'r1' })
    await expect(activateRelease({ target, release })).rejects.toMatchObject({
      code: expect.stringMatching(/^(?:release_unknown|archive_missing|option_invalid)$/),
    })
  })

  test('refuses a folder that is not a target', async () => {
    await expect(activateRelease({ target: temporaryFolder(), release: 'r1' })).rejects.toMatchObject({
      code: 'target_missing',
    })
  })
})

describe('rollback', () => {
  test('leads to the release that ran before, and again to the one before the rollback', async () => {
    const target = await targetWith({ id: 'r1' }, { id: 'r2' }, { id: 'r3' })
    for (const release of ['r1', 'r2']) await activateRelease({ target, release, canary: false })
    expect(await rollbackRelease({ target })).toMatchObject({ from: 'r2', to: 'r1' })
    expect(await rollbackRelease({ target })).toMatchObject({ from: 'r1', to: 'r2' })
    expect(await rollbackRelease({ target, to: 'r3', canary: false })).toMatchObject({ to: 'r3' })
    expect(current(target)).toBe('releases/r3')
  })

  test('says when there is nothing to go back to', async () => {
    const target = await targetWith({ id: 'r1' }, { id: 'r2' })
    await activateRelease({ target, release: 'r1', canary: false })
    await expect(rollbackRelease({ target })).rejects.toMatchObject({ code: 'no_previous' })
    await expect(rollbackRelease({ target, to: 'r1' })).rejects.toMatchObject({ code: 'release_running' })
    await expect(rollbackRelease({ target, to: 'r7' })).rejects.toMatchObject({
      code: 'release_unknown',
      message: 'This target has no release r7. It has: r1, r2.',
    })
  })

  test('does not lead to a release that never came up', async () => {
    const target = await targetWith({ id: 'r1' }, { id: 'r2', answers: { exit: 1 } }, { id: 'r3' })
    await activateRelease({ target, release: 'r1', canary: false })
    await activateRelease({ target, release: 'r2' }).catch(() => undefined)
    await activateRelease({ target, release: 'r3', canary: false })
    expect(await rollbackRelease({ target, canary: false })).toMatchObject({ to: 'r1' })
  })
})

describe('one command at a time', () => {
  test('a second one learns who is working', async () => {
    const target = await targetWith({ id: 'r1', answers: { '/readyz': [503, ''] } }, { id: 'r2' })
    const { promise: trying, resolve: tries } = Promise.withResolvers<void>()
    const onStep = (step: string) => step === 'canary' && tries()
    const first = activateRelease({ target, release: 'r1', timeoutMs: 5000, onStep }).catch(error => error.code)
    await trying
    await expect(activateRelease({ target, release: 'r2' })).rejects.toMatchObject({
      code: 'target_locked',
      message: expect.stringContaining(`arlen release activate r1 (process ${process.pid}`),
    })
    expect((await targetStatus(target)).holder).toMatchObject({
      pid: process.pid,
      command: 'arlen release activate r1',
    })
    expect(await first).toBe('canary_failed')
    await activateRelease({ target, release: 'r2' })
  })

  test.each<[string, object, boolean]>([
    ['a process that is gone', { pid: 2 ** 22 - 1 }, true],
    ['a process whose number another one has now', { pid: process.pid, processStart: '1' }, true],
    ['a process of another machine', { pid: 1, host: 'elsewhere' }, false],
  ])('the lock of %s', async (_, holder, isTaken) => {
    const target = await targetWith({ id: 'r1' })
    const lock = { pid: 1, host: hostname(), user: 'ann', command: 'x', since: '2026-01-01T00:00:00Z', ...holder }
    writeFileSync(join(target, '.arlen/lock'), JSON.stringify(lock))
    const activating = activateRelease({ target, release: 'r1', canary: false })
    if (isTaken) expect(await activating).toMatchObject({ to: 'r1' })
    else await expect(activating).rejects.toMatchObject({ message: expect.stringContaining('ann@elsewhere') })
  })

  test.each(['', '{"pid":', 'null', '[]'])('the lock that a power failure tore (%j) is taken over', async text => {
    const target = await targetWith({ id: 'r1' })
    writeFileSync(join(target, '.arlen/lock'), text)
    expect((await targetStatus(target)).holder).toBeUndefined()
    expect(await activateRelease({ target, release: 'r1', canary: false })).toMatchObject({ to: 'r1' })
    expect(existsSync(join(target, '.arlen/lock'))).toBe(false)
  })

  test('the lock of a machine that may be gone says which file to remove', async () => {
    const target = await targetWith({ id: 'r1' })
    const lock = { pid: 1, host: 'elsewhere', user: 'ann', command: 'x', since: 'x' }
    writeFileSync(join(target, '.arlen/lock'), JSON.stringify(lock))
    await expect(activateRelease({ target, release: 'r1' })).rejects.toMatchObject({
      message: expect.stringContaining(`if elsewhere is gone, remove ${target}/.arlen/lock.`),
    })
  })

  test('the lock of this process at the same tick of an earlier start of the machine is taken over', async () => {
    const target = await targetWith({ id: 'r1' })
    const ticks = readFileSync('/proc/self/stat', 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')[19]
    const lock = { pid: process.pid, host: hostname(), user: 'ann', command: 'x', since: 'x' }
    const of = (boot: string) => JSON.stringify({ ...lock, processStart: `${boot} ${ticks}` })
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    writeFileSync(join(target, '.arlen/lock'), of(boot))
    await expect(activateRelease({ target, release: 'r1' })).rejects.toMatchObject({ code: 'target_locked' })
    writeFileSync(join(target, '.arlen/lock'), of('00000000-0000-0000-0000-000000000000'))
    expect(await activateRelease({ target, release: 'r1', canary: false })).toMatchObject({ to: 'r1' })
  })

  test('the lock of a killed process is taken by one of twenty that come at once', async () => {
    const target = await targetWith({ id: 'r1' })
    const child = spawn('sleep', ['0'])
    await once(child, 'exit')
    const dead = { pid: child.pid, host: hostname(), user: 'x', command: 'x', since: 'x', processStart: '1' }
    writeFileSync(join(target, '.arlen/lock'), JSON.stringify(dead))
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, () =>
        pruneReleases({ target }).then(
          () => 'ok',
          error => error.code as string,
        ),
      ),
    )
    expect(outcomes).toContain('ok')
    expect(new Set(outcomes)).toEqual(new Set(['ok', 'target_locked']))
    expect(existsSync(join(target, '.arlen/lock'))).toBe(false)
  })
})

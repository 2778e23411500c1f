import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { activateRelease, rollbackRelease, targetStatus } from '../src/index.ts'
import { countCalls, newTarget, options, running, stopBefore } from './stop-before-call.ts'

test('an activation killed before any of its changes to the disk leaves one of the two releases, and the next one continues', async () => {
  const calls = await countCalls()
  const left = new Set<string>()
  for (let call = 1; call <= calls; call++) {
    const target = await newTarget()
    await stopBefore(target, call)
    const id = running(target)
    left.add(id)
    expect((await targetStatus(target)).current, `call ${call}`).toBe(id)
    if (call % 2 === 0) await activateRelease({ target, release: 'r2', ...options })
    else await rollbackRelease({ target, to: id === 'r1' ? 'r2' : 'r1', ...options })
    expect(existsSync(join(target, '.arlen/ongoing.json')), `call ${call}`).toBe(false)
    expect(existsSync(join(target, '.arlen/lock')), `call ${call}`).toBe(false)
    expect(await targetStatus(target)).toMatchObject({ interrupted: undefined })
  }
  expect([...left].sort()).toEqual(['r1', 'r2']) // both sides of the switch
})

test('status says where the last command was killed, and the history keeps it', async () => {
  const target = await newTarget()
  const calls = await countCalls()
  await stopBefore(target, calls - 3)
  expect(await targetStatus(target)).toMatchObject({ interrupted: { action: 'activate', to: 'r2' } })
  await activateRelease({ target, release: 'r2', ...options })
  expect((await targetStatus(target)).history.map(({ outcome }) => outcome)).toEqual(['ok', 'interrupted', 'ok'])
})

test('SIGKILL at the switch itself is no different', async () => {
  const command = fileURLToPath(new URL('./activate-command.ts', import.meta.url))
  const calls = await countCalls()
  const target = await newTarget()
  const args = ['--conditions=@arlen/source', command, target, 'r2', String(Math.ceil(calls / 2))]
  const { signal, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  expect(signal, stderr).toBe('SIGKILL')
  running(target)
  expect(await activateRelease({ target, release: 'r2', ...options })).toMatchObject({ to: 'r2' })
})

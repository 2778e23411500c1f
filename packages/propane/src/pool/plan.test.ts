import { expect, test } from 'vitest'
import { fixture } from '../../test/helpers.ts'
import { resolveAccessories } from '../accessories.ts'
import { existingCwd, makePlan, workerEnv, workerOptions } from './plan.ts'

const source = {
  app: fixture('listener.ts'),
  args: [],
  port: 8080,
  env: { HOME: '/root', NOTIFY_SOCKET: '/run/n', LISTEN_FDS: '1' },
  cwd: '/srv',
}

test('workers get their identity, and the environment without the primary’s own variables', () => {
  const plan = makePlan({ ...source, accessories: resolveAccessories({ release: 'r1' }) })
  expect(workerEnv(plan, { id: 9, slot: 2, generation: 3 })).toEqual({
    HOME: '/root',
    PORT: '8080',
    PROPANE_WORKER: '2',
    PROPANE_WORKER_ID: '9',
    PROPANE_GENERATION: '3',
    PROPANE_RELEASE: 'r1',
  })
})

test('a release id comes from the setting, else from ARLEN_RELEASE', () => {
  const env = { ARLEN_RELEASE: 'from-env' }
  expect(makePlan({ ...source, env, accessories: resolveAccessories({}) }).release.id).toBe('from-env')
  expect(makePlan({ ...source, env, accessories: resolveAccessories({ release: 'set' }) }).release.id).toBe('set')
})

test('the worker header is sent only on demand', () => {
  const plan = makePlan({ ...source, accessories: resolveAccessories({ workerHeader: true, retryAfterMs: 1500 }) })
  expect(workerOptions(plan, { slot: 1, generation: 4 })).toMatchObject({
    header: '1; generation=4',
    retryAfterSeconds: 2,
  })
  const silent = makePlan({ ...source, accessories: resolveAccessories({}) })
  expect(workerOptions(silent, { slot: 1, generation: 4 })).not.toHaveProperty('header')
})

test('a working directory that is gone is replaced by the folder of the application', () => {
  const plan = makePlan({ ...source, cwd: '/gone', accessories: resolveAccessories({}) })
  expect(existingCwd(plan)).toBe(fixture('.').replace(/\/$/, ''))
})

test('says what is missing', () => {
  expect(() => makePlan({ ...source, app: '/none.js', accessories: resolveAccessories({}) })).toThrow(
    /no application at \/none\.js/,
  )
  const accessories = resolveAccessories({ envFile: 'none.env' })
  expect(() => makePlan({ ...source, accessories })).toThrow(/env file \/srv\/none\.env cannot be read/)
})

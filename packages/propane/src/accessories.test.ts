import { expect, test } from 'vitest'
import {
  ACCESSORIES,
  accessoriesFromEnv,
  changedAccessories,
  flagOf,
  resolveAccessories,
  variableOf,
} from './accessories.ts'

test('later sources outrank earlier ones, and all of them the defaults', () => {
  const resolved = resolveAccessories({ workers: 2, drainTimeoutMs: '5s' }, { workers: '4' }, { maxMemory: undefined })
  expect(resolved).toMatchObject({ workers: 4, drainTimeoutMs: 5000, maxMemory: 0, bootTimeoutMs: 30_000 })
})

test('every default is a value that its own kind accepts', () => {
  for (const [name, accessory] of Object.entries(ACCESSORIES)) {
    expect(accessory.kind.parse(accessory.default), name).toEqual(accessory.default)
  }
})

test('lists every problem at once, with what was probably meant', () => {
  const input = { workers: 'many', port: 70_000, drainTimout: 1, workerHeader: 'maybe', healthPaths: 'health' }
  expect(() => resolveAccessories(input)).toThrow(
    [
      'The propane accessories have 5 problem(s):',
      '- workers: must be auto or a whole number from 0 to 1024, not "many"',
      '- port: must be a whole number from 0 to 65535, not 70000',
      '- drainTimout: no such accessory; did you mean drainTimeoutMs?',
      '- workerHeader: must be true or false, not "maybe"',
      '- healthPaths: must be a list of paths such as /health/live,/health/ready, not "health"',
    ].join('\n'),
  )
})

test('reads environment variables by their names', () => {
  expect(flagOf('maxEventLoopDelayMs')).toBe('--max-event-loop-delay')
  expect(variableOf('maxEventLoopDelayMs')).toBe('ARLEN_PROPANE_MAX_EVENT_LOOP_DELAY')
  const env = { ARLEN_PROPANE_WORKERS: '3', ARLEN_PROPANE_NONSENSE: '1', WORKERS: '9' }
  expect(accessoriesFromEnv(env)).toEqual({ workers: '3' })
})

test('distinguishes changes that apply at once from those that need a new primary', () => {
  const before = resolveAccessories({})
  const after = resolveAccessories({ port: 4000, maxRequests: 10, healthPaths: '/up' })
  expect(changedAccessories(before, after)).toEqual({ applied: ['maxRequests', 'healthPaths'], needRestart: ['port'] })
})

test.each([
  ['9464', true],
  ['127.0.0.1:9464', true],
  ['[::1]:9464', true],
  ['metrics.local:9464', true],
  ['/run/metrics.sock', true],
  ['./metrics.sock', true],
  ['', true],
  ['127.0.0.1:94x4', false],
  ['metrics', false],
  ['127.0.0.1', false],
])('metrics at %j: %s', (metrics, sound) => {
  const resolve = () => resolveAccessories({ metrics })
  if (sound) expect(resolve().metrics).toBe(metrics)
  else expect(resolve).toThrow('metrics: must be an address such as 127.0.0.1:9464, or the path of a unix socket')
})

test('a worker cannot be hung before it has had the time to report', () => {
  expect(() => resolveAccessories({ heartbeatIntervalMs: '20s' })).toThrow('heartbeatTimeoutMs: must be longer than')
  expect(() => resolveAccessories({ heartbeatIntervalMs: 0 })).toThrow(
    'heartbeatIntervalMs: must be a duration of 10ms',
  )
  expect(resolveAccessories({ heartbeatIntervalMs: '20s', heartbeatTimeoutMs: 0 }).heartbeatTimeoutMs).toBe(0)
})

import { expect, test } from 'vitest'
import { ArlenError } from './error-table.ts'
import { Lifecycle } from './lifecycle.ts'

function recorded(trace: string[], name: string, fail?: 'start' | 'stop') {
  const step = (action: 'start' | 'stop') => async () => {
    if (fail === action) throw new Error(`${name} cannot ${action}`)
    trace.push(`${action} ${name}`)
  }
  return { name, start: step('start'), stop: step('stop') }
}

test('starts in order and stops in reverse', async () => {
  const trace: string[] = []
  const lifecycle = new Lifecycle()
  lifecycle.add(recorded(trace, 'db'))
  lifecycle.add(recorded(trace, 'cache'))
  await lifecycle.start()
  await lifecycle.start()
  await lifecycle.stop()
  await lifecycle.stop()
  expect(trace).toEqual(['start db', 'start cache', 'stop cache', 'stop db'])
})

test('a part that cannot start stops what had started, and the error names it', async () => {
  const trace: string[] = []
  const lifecycle = new Lifecycle()
  lifecycle.add(recorded(trace, 'db'))
  lifecycle.add(recorded(trace, 'cache', 'start'))
  lifecycle.add(recorded(trace, 'never'))
  await expect(lifecycle.start()).rejects.toMatchObject({
    code: 'lifecycle_failed',
    message: 'cache failed to start: cache cannot start',
  })
  expect(trace).toEqual(['start db', 'stop db'])
})

test('a part that cannot stop does not keep the others from stopping', async () => {
  const trace: string[] = []
  const lifecycle = new Lifecycle()
  lifecycle.add(recorded(trace, 'db'))
  lifecycle.add(recorded(trace, 'cache', 'stop'))
  await lifecycle.start()
  await expect(lifecycle.stop()).rejects.toMatchObject({ message: 'cache failed to stop: cache cannot stop' })
  expect(trace).toEqual(['start db', 'start cache', 'stop db'])
})

test('an error that has a code is passed on as it is', async () => {
  const lifecycle = new Lifecycle()
  const error = new ArlenError('migrations_pending', 'Run: arlen migrate')
  lifecycle.add({ name: 'database', start: () => Promise.reject(error) })
  await expect(lifecycle.start()).rejects.toBe(error)
})

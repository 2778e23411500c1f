import { expect, test } from 'vitest'
import { envelope, fromWorker, PROTOCOL, toWorker } from './protocol.ts'

test('messages survive the way through JSON', () => {
  const drain = { type: 'drain', graceMs: 1, idleMs: 2, last: false } as const
  expect(toWorker(JSON.parse(JSON.stringify(envelope(drain))))).toMatchObject(drain)
  const ready = { type: 'ready', bootMs: 12, app: 'fastify' } as const
  expect(fromWorker(JSON.parse(JSON.stringify(envelope(ready))))).toMatchObject(ready)
})

test.each([
  [undefined],
  ['ready'],
  [null],
  [{ type: 'ready', bootMs: 1, app: 'x' }],
  [{ propane: PROTOCOL + 1, type: 'serving' }],
  [{ propane: PROTOCOL, type: 'toString' }],
  [{ propane: PROTOCOL, type: 'ready', bootMs: '1', app: 'x' }],
  [{ propane: PROTOCOL, type: 'heartbeat', stats: null }],
])('%j of an application is none of ours', value => {
  expect(fromWorker(value)).toBeUndefined()
})

import { expect, test } from 'vitest'
import { type FailedStatement, planIsStale, retryReason } from './plan-failure.ts'

function failed(code: string, more: Partial<FailedStatement> & { message?: string; routine?: string } = {}) {
  const { message = 'failed', routine, ...statement } = more
  const failure = Object.assign(new Error(message), { severity: 'ERROR', code, routine })
  return { failure, reused: false, abandoned: false, mayBeStrayCancel: false, ...statement }
}

test.each([
  ['57014', { mayBeStrayCancel: true }, 'canceled_by_mistake'],
  ['57014', { mayBeStrayCancel: true, abandoned: true }, undefined],
  ['57014', {}, undefined],
  ['26000', {}, 'plan_missing'],
  ['0A000', { routine: 'RevalidateCachedQuery' }, 'plan_changed'],
  ['0A000', { routine: 'transformSetOperationStmt' }, undefined],
  ['XX000', { reused: true, message: 'cache lookup failed for type 16400' }, 'plan_outdated'],
  ['XX000', { reused: true, message: 'out of luck' }, undefined],
  ['XX000', { message: 'cache lookup failed for type 16400' }, 'session_outdated'],
  ['42883', { reused: true }, 'plan_outdated'],
  ['3F000', { reused: true }, 'plan_outdated'],
  ['42883', {}, undefined],
  ['22P02', { reused: true }, 'plan_outdated'],
  ['22P02', {}, undefined],
  ['23505', { reused: true }, undefined],
  ['40001', { reused: true, mayBeStrayCancel: true }, undefined],
])('%s %j is sent again for: %s', (code, more, reason) => {
  expect(retryReason(failed(code, more))).toBe(reason)
})

test('a statement that has not failed is not sent again', () => {
  expect(retryReason({ ...failed('26000'), failure: undefined })).toBeUndefined()
})

test('only what says so by itself is a stale plan', () => {
  expect(planIsStale(failed('0A000', { routine: 'RevalidateCachedQuery' }).failure!)).toBe(true)
  expect(planIsStale(failed('XX000', { message: 'cache lookup failed for type 16400' }).failure!)).toBe(true)
  expect(planIsStale(failed('42883').failure!)).toBe(false)
})

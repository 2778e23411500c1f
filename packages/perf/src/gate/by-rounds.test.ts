import { expect, test } from 'vitest'
import { confirmed } from './by-rounds.ts'
import type { Check } from './report.ts'

const check = (outcome: Check['outcome']): Check => {
  return { name: 'p99', title: 'p99', value: 1, bound: 1, from: 'budget', outcome }
}

test('a loss counts that shows again in fresh processes', () => {
  expect(confirmed(check('loss'), ['p99'], ['p99']).outcome).toBe('loss')
  expect(confirmed(check('undecided'), ['p99'], ['cpu', 'p99']).outcome).toBe('loss')
})

test('a loss that does not show again is undecided, and says so', () => {
  expect(confirmed(check('loss'), ['p99'], ['cpu'])).toMatchObject({
    outcome: 'undecided',
    note: expect.stringContaining('lost once'),
  })
})

test('a loss that only all rounds together show is undecided; what has not lost stays as it is', () => {
  expect(confirmed(check('loss'), [], []).outcome).toBe('undecided')
  expect(confirmed(check('ok'), ['cpu'], ['cpu'])).toEqual(check('ok'))
})

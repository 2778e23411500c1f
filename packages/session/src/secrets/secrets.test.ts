import { expect, test } from 'vitest'
import { generateSecret, PLACEHOLDER_SECRET, secretProblems } from './secrets.ts'

test('takes generated secrets', () => {
  for (let i = 0; i < 1000; i++) expect(secretProblems([generateSecret(), generateSecret()])).toEqual([])
  expect(secretProblems(['4f7d1c0a9b3e5826'.repeat(4)])).toEqual([])
})

test('lists everything that is wrong with weak secrets, and quotes none', () => {
  const good = generateSecret()
  const problems = secretProblems([PLACEHOLDER_SECRET, 'short', 'x'.repeat(64), good, good])
  expect(problems).toEqual([
    'secret 1 of 5 is a placeholder',
    'secret 2 of 5 has 5 bytes, at least 32 are needed',
    'secret 3 of 5 repeats too few characters to be random',
    'secret 5 of 5 is there twice',
  ])
  expect(problems.join()).not.toContain(good)
  expect(secretProblems([])).toHaveLength(1)
})

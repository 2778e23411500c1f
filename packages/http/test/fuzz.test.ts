import { seededBelow } from '@arlen/core/seeded'
import { expect, test } from 'vitest'
import { disagreement, llhttp, mutate, ours } from './fuzzer.ts'

const FIRST_SEED = 1

test('reads nothing that the parser of node:http refuses, and the same requests where both read', async () => {
  const wrong: string[] = []
  for (let seed = FIRST_SEED; seed < FIRST_SEED + 4000; seed++) {
    const bytes = mutate(seededBelow(seed))
    const problem = disagreement(await ours([bytes]), llhttp(bytes))
    if (problem !== null) wrong.push(`seed ${seed}: ${problem} in ${JSON.stringify(bytes.toString('latin1'))}`)
  }
  expect(wrong).toEqual([])
})

test('gives the same result for every split of the same bytes', async () => {
  for (let seed = FIRST_SEED; seed < FIRST_SEED + 600; seed++) {
    const next = seededBelow(seed)
    const bytes = mutate(next)
    const whole = await ours([bytes])
    const pieces: Buffer[] = []
    for (let at = 0; at < bytes.length; ) {
      const to = at + 1 + next(next(2) === 0 ? 4 : 200)
      pieces.push(bytes.subarray(at, to))
      at = to
    }
    expect(await ours(pieces), `seed ${seed} in ${JSON.stringify(bytes.toString('latin1'))}`).toEqual(whole)
  }
})

test('the oracle disagrees with an engine that is wrong', () => {
  const bytes = Buffer.from(
    'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  )
  expect(disagreement({ requests: ['POST / '], refused: '' }, llhttp(bytes))).toContain('refuses')
  const good = Buffer.from('GET /a HTTP/1.1\r\nHost: a\r\n\r\n')
  expect(disagreement({ requests: ['GET /b '], refused: '' }, llhttp(good))).toContain('node:http "GET /a "')
  expect(disagreement({ requests: [], refused: '' }, llhttp(good))).toBe('we stopped without a refusal')
  expect(disagreement({ requests: ['GET /a '], refused: '' }, llhttp(good))).toBeNull()
})

import { seededBelow } from '@arlen/core/seeded'
import { expect, test } from 'vitest'
import { disagreement, llhttp, mutate, ours } from './fuzzer.ts'

/** More by hand: `FUZZ=5000000 SEED=1000000 pnpm vitest run packages/http/test/fuzz.slow.test.ts`. */
const COUNT = Number(process.env.FUZZ ?? 200_000)
const SEED = Number(process.env.SEED ?? 100_000)

test(`agrees with the parser of node:http about ${COUNT} mutated requests`, {
  timeout: COUNT * 5 + 60_000,
}, async () => {
  const wrong: string[] = []
  for (let seed = SEED; seed < SEED + COUNT && wrong.length < 10; seed++) {
    const bytes = mutate(seededBelow(seed))
    const problem = disagreement(await ours([bytes]), llhttp(bytes))
    if (problem !== null) wrong.push(`seed ${seed}: ${problem} in ${JSON.stringify(bytes.toString('latin1'))}`)
  }
  expect(wrong).toEqual([])
})

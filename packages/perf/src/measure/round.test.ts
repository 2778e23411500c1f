import { expect, test } from 'vitest'
import { inTurn, measureSlice, warmUp } from './round.ts'
import type { Side, SideName } from './side.ts'

/** Sides that note what they are asked for; a request of the first eighth costs ten times as much. */
function sides(names: readonly SideName[]): { sides: Side[]; asked: string[] } {
  const asked: string[] = []
  return {
    asked,
    sides: names.map(name => {
      let cpuMicros = 0
      const run = async (requests: number) => {
        cpuMicros += asked.length === 0 ? requests * 100 : requests * 10
        asked.push(`${name} ${requests}`)
        return { ms: 1, cpuMicros: 1 }
      }
      return {
        name,
        host: { call: async () => ({ cpuMicros, allocatedBytes: undefined }) },
        run,
        runWhole: async (wanted: number) => ({ requests: Math.round(wanted), ...(await run(Math.round(wanted))) }),
      } as unknown as Side
    }),
  }
}

test('sides are warmed up in turns, so that none of them waits for all the others', async () => {
  const { sides: both, asked } = sides(['candidate', 'baseline'])
  await warmUp(both, 4_001)
  expect(asked).toEqual(Array.from({ length: 8 }, () => ['candidate 501', 'baseline 501']).flat())
})

test('a slice does not count its first requests', async () => {
  const { sides: one, asked } = sides(['candidate'])
  const slice = await measureSlice(one[0]!, 81)
  expect(asked).toEqual(['candidate 10', 'candidate 81'])
  expect(slice).toMatchObject({ side: 'candidate', requests: 81, serverMicros: 810, slices: [10] })
})

test('three sides are measured in every order, as often in one as in another', () => {
  const orders = Array.from({ length: 12 }, (_, pair) => inTurn(['a', 'b', 'c'], pair).join(''))
  expect(orders.slice(0, 6).toSorted()).toEqual(['abc', 'acb', 'bac', 'bca', 'cab', 'cba'])
  expect(orders.slice(6)).toEqual(orders.slice(0, 6))
})

import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { ClosingOrder } from './closing-order.ts'

test('tells the last worker only when all others have closed', async () => {
  const told: string[] = []
  const order = new ClosingOrder()
  for (const id of [1, 2, 3]) order.stop(id, last => told.push(`${id} ${last}`))
  await turn()
  expect(told).toEqual(['2 false', '3 false'])
  order.closed(3)
  expect(told).toHaveLength(2)
  order.closed(2)
  expect(told).toEqual(['2 false', '3 false', '1 true'])
  order.closed(1)
  expect(told).toHaveLength(3)
})

test('a single worker is told in the same turn', async () => {
  const told: boolean[] = []
  new ClosingOrder().stop(1, last => told.push(last))
  await turn()
  expect(told).toEqual([true])
})

test('one that never closes is not waited for forever', async () => {
  const order = new ClosingOrder(50)
  const last = new Promise<boolean>(resolve => order.stop(1, resolve))
  order.stop(2, () => undefined)
  expect(await last).toBe(true)
})

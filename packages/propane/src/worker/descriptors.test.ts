import { expect, test } from 'vitest'
import { Descriptors } from './descriptors.ts'

test('they are scarce from a sixteenth below the limit on, and no longer once enough are closed', () => {
  let told = 0
  const descriptors = new Descriptors(() => told++, 1024)
  descriptors.opened(959)
  expect(descriptors.scarce).toBe(false)
  descriptors.opened(960)
  descriptors.opened(961)
  expect([descriptors.scarce, told]).toEqual([true, 1])
  descriptors.check() // this process has far fewer open
  expect(descriptors.scarce).toBe(false)
  descriptors.opened(1000)
  expect(told).toBe(2)
})

test('a connection without a number, and a system without a limit, say nothing', () => {
  const descriptors = new Descriptors(() => expect.unreachable(), Number.POSITIVE_INFINITY)
  descriptors.opened(1_000_000)
  descriptors.opened(undefined)
  expect(descriptors.scarce).toBe(false)
})

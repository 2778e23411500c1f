import { expect, test } from 'vitest'
import { divideCores, parseCores } from './cores.ts'

test('the generator gets the last core, the servers the others', () => {
  expect(divideCores([0, 1])).toEqual({ servers: '0', load: '1' })
  expect(divideCores([2, 3, 6])).toEqual({ servers: '2,3', load: '6' })
})

test('they share everything on one core, or without taskset', () => {
  expect(divideCores([4])).toEqual({ servers: undefined, load: undefined })
  expect(divideCores([])).toEqual({ servers: undefined, load: undefined })
})

test('reads lists of cores as taskset(1) writes them', () => {
  expect(parseCores(' 0-2,5\n')).toEqual([0, 1, 2, 5])
  expect(parseCores('7')).toEqual([7])
  expect(parseCores('')).toEqual([])
})

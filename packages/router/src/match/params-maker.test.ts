import { expect, test } from 'vitest'
import { paramsMaker } from './params-maker.ts'

const path = '/a/bb/ccc/dddd/eeeee/f'
const values = path.slice(1).split('/')
const spans = Int32Array.from(
  values.flatMap((value, i) => {
    const from = values.slice(0, i).reduce((sum, before) => sum + before.length + 1, 1)
    return [from, from + value.length]
  }),
)

test.each([1, 2, 3, 4, 5, 6])('routes with %i parameters get each value by its name, however many there are', count => {
  for (let route = 0; route < 12; route++) {
    const names = values.slice(0, count).map((_, i) => `name${route}_${i}`)
    const wanted = Object.fromEntries(names.map((name, i) => [name, values[i]]))
    const make = paramsMaker(names)
    expect(make(path, spans)).toEqual(wanted)
    expect(Object.keys(make(path, spans))).toEqual(names)
    expect(paramsMaker([...names])).toBe(make)
  }
})

import { expect, test } from 'vitest'
import { exceededBudget } from './json-budget.ts'

function valuesIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1
  return Object.values(value).reduce((sum: number, inner) => sum + valuesIn(inner), 1)
}

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  return 1 + Math.max(0, ...Object.values(value).map(depthOf))
}

const TEXTS = [
  'null',
  '""',
  '"a,b,[c"',
  String.raw`"\\"`,
  String.raw`"\",\\\",[{"`,
  '[]',
  '{}',
  ' [ ] ',
  '[[],[],{}]',
  '[0]',
  '[ 0 , 1 ]',
  '{"a":1,"b":[1,2,{"c":"}],["}],"d":{}}',
  String.raw`{"\"":["\\",",","]"],",":{"{":"}"}}`,
  '[["é,",{"ü":"[🎉]"}]]',
  '[\n\t[\r\n1.5e3 ] ,true,\nfalse,null]',
]

test.each(TEXTS)('counts values and levels of %s as JSON.parse makes them', text => {
  const value: unknown = JSON.parse(text)
  const values = valuesIn(value)
  const depth = depthOf(value)
  expect(exceededBudget(text, values, depth)).toBeUndefined()
  if (values > 1) expect(exceededBudget(text, values - 1, depth)).toBe('values')
  if (depth > 0) expect(exceededBudget(text, values, depth - 1)).toBe('depth')
})

test.each(['{"a":{"b":{}}}', '[[[]]]', '{"a":[{}]}', '[{"a":[]}]'])(
  'levels of %s count, however many values are allowed',
  text => {
    expect(exceededBudget(text, 1_000, 3)).toBeUndefined()
    expect(exceededBudget(text, 1_000, 2)).toBe('depth')
  },
)

test('random texts are counted exactly', () => {
  let seed = 20
  const random = (below: number) => {
    seed = (seed * 48_271) % 2_147_483_647
    return seed % below
  }
  const make = (room: number): unknown => {
    const kind = random(room > 0 ? 6 : 4)
    if (kind === 0) return random(1000) - 500
    if (kind === 1) return ['', '"', '\\', '\\"', ',[{', 'ä'][random(6)]
    if (kind === 2) return [true, false, null][random(3)]
    if (kind === 3) return [[], {}][random(2)]
    const items = Array.from({ length: random(5) }, () => make(room - 1))
    return kind === 4 ? items : Object.fromEntries(items.map((item, i) => [`${'"\\,{'[random(4)]}${i}`, item]))
  }
  for (let i = 0; i < 500; i++) {
    const value = make(5)
    const text = JSON.stringify(value, null, i % 3)
    const values = valuesIn(value)
    expect(exceededBudget(text, values, depthOf(value))).toBeUndefined()
    if (values > 1) expect(exceededBudget(text, values - 1, 10)).toBe('values')
  }
})

test('malformed JSON does not throw, and infinite limits limit nothing', () => {
  for (const text of ['', '"', '"\\', '[[[', ']]]', '{"a', ',,,', '[}']) {
    expect(() => exceededBudget(text, 0, 0)).not.toThrow()
  }
  const endless = Number.POSITIVE_INFINITY
  expect(exceededBudget('['.repeat(100_000), endless, endless)).toBeUndefined()
  expect(exceededBudget('['.repeat(100_000), endless, 100)).toBe('depth')
})

import { stripTypeScriptTypes } from 'node:module'
import { expect, test } from 'vitest'
import { instrument } from './instrument.ts'
import { listMutants } from './mutants.ts'
import { type Equivalent, type Result, report, type SampledMutant } from './report.ts'
import { sample, seededRandom } from './sample.ts'

const changes = (text: string) => listMutants('a.ts', text).map(({ change }) => change)

test('finds conditions, operators, literals, returns, throws and statements', () => {
  expect(changes('if (a < 1) throw new E()')).toEqual([
    'condition true',
    'condition false',
    '< to <=',
    'number plus one',
    'throw removed',
  ])
  expect(changes('f(); x = !y')).toEqual(['statement removed', 'statement removed', 'negation removed'])
  expect(changes('const f = () => { return a ?? true }')).toEqual(['nothing returned', '?? to &&', 'true to false'])
})

test('leaves types, names of members, imports and texts for people alone', () => {
  expect(changes("import x from 'y'\ntype A = 'b' | 1\nlet a: 1 = b as 2\nconst c = { 'd': e }")).toEqual([])
  expect(changes("log('a text with blanks')")).toEqual(['statement removed'])
})

/** Runs an instrumented `f` with one mutant switched on. */
function run(text: string, id: number, ...args: unknown[]): unknown {
  const mutants = listMutants('a.ts', text).map((mutant, id) => ({ ...mutant, id }))
  const code = instrument(text, mutants, 'active').replace(/^import [^;]*;/, '')
  const f = new Function('__is', '__value', `${stripTypeScriptTypes(code)}\nreturn f`)
  return f(
    (each: number) => each === id,
    (value: unknown) => value,
  )(...args)
}

test('an instrumented module does what it did until a mutant is switched on', () => {
  const text = 'function f(a: number) {\n  let b = 0\n  if (a < 1 && !(a === -5)) b = 2\n  return b\n}'
  const found = listMutants('a.ts', text)
  expect([0, 1, -5].map(a => run(text, -1, a))).toEqual([2, 0, 0])
  const at = (change: string) => found.findIndex(mutant => mutant.change === change)
  expect(run(text, at('< to <='), 1)).toBe(2)
  expect(run(text, at('condition true'), 1)).toBe(2)
  expect(run(text, at('statement removed'), 0)).toBe(0)
  expect(run(text, at('nothing returned'), 0)).toBe(undefined)
})

test('an instrumented module keeps its lines', () => {
  const text = 'const a = b &&\n  c\nif (d\n  || e) f()\n'
  const mutants = listMutants('a.ts', text).map((mutant, id) => ({ ...mutant, id }))
  expect(instrument(text, mutants, 'active').split('\n')).toHaveLength(text.split('\n').length)
})

test('a sample is the same for the same seed and has nothing twice', () => {
  const items = Array.from({ length: 100 }, (_, i) => i)
  const taken = sample(items, 30, seededRandom(7))
  expect(taken).toEqual(sample(items, 30, seededRandom(7)))
  expect(taken).not.toEqual(sample(items, 30, seededRandom(8)))
  expect(new Set(taken).size).toBe(30)
  expect(sample([1, 2], 5, seededRandom(1)).sort()).toEqual([1, 2])
})

const result = (outcome: Result['outcome'], line = 'a < b'): Result => {
  const mutant: SampledMutant = {
    id: 1,
    start: 0,
    end: 5,
    replacement: '',
    change: '< to <=',
    file: 'packages/http/src/a.ts',
    source: `${line}\n`,
  }
  return { mutant, outcome }
}

test('fewer than nine in ten killed is a failure that names what lived', () => {
  const nine = Array.from({ length: 9 }, () => result('killed'))
  expect(report([...nine, result('survived')], []).ok).toBe(true)
  const { ok, text } = report([...nine.slice(1), result('survived'), result('unreached')], [])
  expect(ok).toBe(false)
  expect(text).toContain('unreached  #1 packages/http/src/a.ts:1  < to <=:  a < b')
})

test('equivalent mutants do not count, unless a test kills them after all', () => {
  const known: Equivalent = { file: 'packages/http/src/a.ts', line: 'a < b', change: '< to <=', reason: 'b is never a' }
  expect(report([result('survived')], [known]).text).toContain('http            1           1       0  -')
  expect(report([result('killed')], [known]).text).toContain('http            1           0       1  100.0 %')
  expect(report([result('survived')], [{ ...known, line: 'other' }]).ok).toBe(false)
})

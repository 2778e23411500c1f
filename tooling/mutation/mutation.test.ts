import { mkdtempSync, rmSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { seeded } from '@arlen/core/seeded'
import { expect, onTestFinished, test } from 'vitest'
import { nameMutants } from './identity.ts'
import { instrument } from './instrument.ts'
import { listMutants } from './mutants.ts'
import { nearestFirst } from './nearest.ts'
import { type Equivalent, type Result, report, type SampledMutant } from './report.ts'
import { Results } from './results.ts'
import { sample } from './sample.ts'
import { type Trial, tryMutant } from './try-mutant.ts'

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

test('functions that return nothing, or nearly nothing, have no mutants of their return values', () => {
  expect(changes('const f = () => { if (a) return null; return undefined }')).toEqual([
    'condition true',
    'condition false',
  ])
  expect(changes('const f = () => { return false }')).toEqual(['false to true'])
})

test('leaves types, names of members, imports and texts for people alone', () => {
  expect(changes("import x from 'y'\ntype A = 'b' | 1\nlet a: 1 = b as 2\nconst c = { 'd': e }")).toEqual([])
  expect(changes("log('a text with blanks')")).toEqual(['statement removed'])
})

/** Runs an instrumented `f` with one mutant switched on. */
function run(text: string, id: number, ...args: unknown[]): unknown {
  const mutants = listMutants('a.ts', text).map((mutant, id) => ({ ...mutant, id }))
  const code = instrument(text, mutants, 'active').replace(/^[^\n]*\nimport [^;]*;/, '')
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

test('an instrumented module keeps its lines below the added one', () => {
  const text = 'const a = b &&\n  c\nif (d\n  || e) f()\n'
  const mutants = listMutants('a.ts', text).map((mutant, id) => ({ ...mutant, id }))
  expect(instrument(text, mutants, 'active').split('\n')).toHaveLength(1 + text.split('\n').length)
})

test('a sample is the same for the same seed and has nothing twice', () => {
  const items = Array.from({ length: 100 }, (_, i) => i)
  const taken = sample(items, 30, seeded(7))
  expect(taken).toEqual(sample(items, 30, seeded(7)))
  expect(taken).not.toEqual(sample(items, 30, seeded(8)))
  expect(new Set(taken).size).toBe(30)
  expect(sample([1, 2], 5, seeded(1)).sort()).toEqual([1, 2])
})

const result = (outcome: Trial['outcome'], line = 'a < b'): Result => {
  const mutant: SampledMutant = {
    package: 'http',
    name: 'a mutant',
    start: 0,
    end: 5,
    replacement: '',
    change: '< to <=',
    file: 'packages/http/src/a.ts',
    source: `${line}\n`,
  }
  return { mutant, trial: { outcome, ran: ['a.test.ts'], ...(outcome === 'killed' && { timedOut: true }) } }
}

test('fewer than nine in ten killed is a failure that names what lived', () => {
  const nine = Array.from({ length: 9 }, () => result('killed'))
  expect(report([...nine, result('survived')], []).ok).toBe(true)
  const { ok, text } = report([...nine.slice(1), result('survived'), result('unreached')], [])
  expect(ok).toBe(false)
  expect(text).toContain('unreached 1   packages/http/src/a.ts:1  < to <=  «a < b»:  a < b')
})

test('a package below the goal is a failure, however good the others are', () => {
  const of = (name: string, outcome: Trial['outcome']) => {
    const { mutant, trial } = result(outcome)
    return { mutant: { ...mutant, package: name }, trial }
  }
  const good = Array.from({ length: 40 }, () => of('http', 'killed'))
  const { ok, text } = report([...good, of('pg', 'killed'), of('pg', 'survived')], [])
  expect(ok).toBe(false)
  expect(text).toContain('pg              2           0       1            1  50.0 %')
})

test('equivalent mutants do not count, unless a test kills them after all', () => {
  const known: Equivalent = { name: 'a mutant', reason: 'b is never a' }
  expect(report([result('survived')], [known]).text).toContain('http            1           1       0            0  -')
  expect(report([result('killed')], [known]).text).toContain(
    'http            1           0       1            1  100.0 %',
  )
  expect(report([result('survived')], [{ ...known, name: 'another' }]).ok).toBe(false)
})

test('a mutant keeps its name when other lines of the module change', () => {
  const names = (source: string) => [
    ...nameMutants(listMutants('a.ts', source).map(mutant => ({ ...mutant, file: 'a.ts', source }))).keys(),
  ]
  expect(names('f(1)\nf(1)')).toEqual([
    'a.ts: statement removed: f(1)',
    'a.ts: number plus one: f(1)',
    'a.ts: statement removed: f(1) #2',
    'a.ts: number plus one: f(1) #2',
  ])
  expect(names('let b\nf(1)')).toEqual(names('f(1)'))
})

test('the nearest tests come first, and the quicker of two as near; slow ones come last', () => {
  const tests = [
    'packages/arlen/test/a.test.ts',
    'packages/pg/test/c.test.ts',
    'packages/pg/test/b.test.ts',
    'packages/pg/src/sql/x.test.ts',
  ]
  const slow = 'packages/pg/src/sql/sql.slow.test.ts'
  const ms = new Map([
    [tests[1]!, 900],
    [tests[2]!, 100],
  ])
  expect(nearestFirst('packages/pg/src/sql/sql.ts', [slow, ...tests], ms)).toEqual([
    tests[3],
    tests[2],
    tests[1],
    tests[0],
    slow,
  ])
  expect(nearestFirst('packages/arlen/src/c.ts', tests, ms)[0]).toBe('packages/pg/test/c.test.ts')
})

/** Runs files whose failures are listed: for each file what happens with the mutant, then without it, and so on. */
function scripted(failures: Record<string, (string | undefined)[]>) {
  const ran: string[] = []
  const run = async (file: string, mutant: 'on' | 'off') => {
    ran.push(`${file} ${mutant}`)
    const failure = failures[file]?.shift()
    return { passed: failure === undefined, failure: failure ?? '', ms: 1 }
  }
  return { ran, run }
}

test('a mutant is killed by the first test file that fails, and survives when none does', async () => {
  const { ran, run } = scripted({ 'p/src/b.test.ts': ['expected 1 to be 2'] })
  expect(await tryMutant(['p/src/a.test.ts', 'p/src/b.test.ts', 'p/src/c.test.ts'], run)).toEqual({
    outcome: 'killed',
    ran: ['p/src/a.test.ts', 'p/src/b.test.ts'],
  })
  expect(ran).toEqual(['p/src/a.test.ts on', 'p/src/b.test.ts on'])
  expect(await tryMutant(['p/src/a.test.ts'], run)).toEqual({ outcome: 'survived', ran: ['p/src/a.test.ts'] })
  expect(await tryMutant([], run)).toEqual({ outcome: 'unreached', ran: [] })
})

test('a failure that a busy machine may have caused counts only if the mutant fails again', async () => {
  const file = 'p/test/a.test.ts'
  const late = 'Test timed out in 20000ms'
  expect(await tryMutant([file], scripted({ [file]: ['wrong', undefined, 'wrong'] }).run)).toEqual({
    outcome: 'killed',
    ran: [file],
  })
  const survived = { outcome: 'survived', ran: [file], unsure: [file] }
  expect(await tryMutant([file], scripted({ [file]: ['wrong', 'wrong', 'wrong'] }).run)).toEqual(survived)
  expect(await tryMutant([file], scripted({ [file]: ['wrong', undefined, undefined] }).run)).toEqual(survived)
  const unit = 'p/src/a.test.ts'
  expect(await tryMutant([unit], scripted({ [unit]: [late, undefined, undefined] }).run)).toMatchObject({
    unsure: [unit],
  })
})

test('a mutant that makes a test wait forever is killed, and counted as such', async () => {
  const file = 'p/test/a.test.ts'
  for (const failure of ['Test timed out in 20000ms', 'did not end in 60000 ms']) {
    const { run } = scripted({ [file]: [failure, undefined, failure] })
    expect(await tryMutant([file], run)).toEqual({ outcome: 'killed', ran: [file], timedOut: true })
  }
})

test('a stopped run continues, and survivors are tried again after a commit', () => {
  const folder = mkdtempSync(join(tmpdir(), 'arlen-results-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const open = () => new Results(join(folder, 'deep/http-1.jsonl'))
  const first = open()
  expect(first.sample(() => ['a', 'b'])).toEqual(['a', 'b'])
  first.add({ name: 'a', commit: 'one', outcome: 'killed', ran: ['x'] })
  first.add({ name: 'b', commit: 'one', outcome: 'survived', ran: [] })
  const second = open()
  expect(second.sample(() => ['other'])).toEqual(['a', 'b'])
  expect(['a', 'b', 'c'].map(name => second.isSettled(name, 'one'))).toEqual([true, true, false])
  expect(['a', 'b'].map(name => second.isSettled(name, 'two'))).toEqual([true, false])
  expect(['a', 'b'].map(name => second.isSettled(name, 'one', true))).toEqual([true, false])
  second.add({ name: 'b', commit: 'one', slow: true, outcome: 'survived', ran: [] })
  expect(second.isSettled('b', 'one', true)).toBe(true)
  second.add({ name: 'b', commit: 'two', outcome: 'killed', ran: [] })
  expect(open().get('b')?.outcome).toBe('killed')
})

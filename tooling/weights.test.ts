import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { structure, weightRows, weights } from './weights.ts'

const root = join(import.meta.dirname, '..')
const all = weights(root)

test('docs/weights.md says what an installation brings along: node tooling/weights.ts', () => {
  const page = readFileSync(join(root, 'docs/weights.md'), 'utf8')
  expect(page.split('\n').filter(line => line.startsWith('| `'))).toEqual(weightRows(all))
})

test('docs/weights.md draws what the packages build on: node tooling/weights.ts', () => {
  const page = readFileSync(join(root, 'docs/weights.md'), 'utf8')
  expect(/```mermaid\ngraph TD\n([^`]*)```/.exec(page)?.[1]).toBe(`${structure(all).join('\n')}\n`)
  expect(structure(all)).toContain('  router --> core')
})

test.each([
  ['@arlen/core', 1],
  ['@arlen/router', 2],
  ['@arlen/view', 5],
  ['@arlen/http', 8],
])('%s alone is at most %i packages', (name, most) => {
  const { ours, others } = all.find(weight => weight.name === name)!
  expect(1 + ours.length + others.length).toBeLessThanOrEqual(most)
})

// Types that its declarations name, the types of validators, and the scanner of TypeScript that finds typed SQL.
const OWN = ['@standard-schema/spec', '@types/node', '@types/pg', 'js-tokens', 'undici-types']

test('@arlen/pg brings what pg brings, and little more', () => {
  const { others } = all.find(weight => weight.name === '@arlen/pg')!
  const ofPg = /^(pg|pg-.*|pgpass|postgres-.*|split2|xtend)$/
  expect(others.filter(name => !ofPg.test(name))).toEqual(OWN)
})

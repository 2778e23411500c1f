import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import type { ResolveHookContext } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { NeighborModules } from './neighbor-modules.ts'

const root = realpathSync(mkdtempSync(join(tmpdir(), 'neighbors-')))
afterAll(() => rmSync(root, { recursive: true }))
mkdirSync(join(root, 'lib'))
for (const name of ['app.ts', 'lib/a.ts', 'lib/b.ts', 'lib/c.js']) writeFileSync(join(root, name), '')
symlinkSync(join(root, 'app.ts'), join(root, 'lib/link.ts'))
const url = (name: string) => pathToFileURL(join(root, name)).href
const context = (more: Partial<ResolveHookContext> = {}): ResolveHookContext => {
  return { parentURL: url('app.ts'), importAttributes: {}, conditions: ['node', 'import'], ...more }
}
const resolved = (name: string) => ({ url: url(name), format: 'module-typescript' as const })

test('a file beside a known one is resolved with the same format, and others are not', () => {
  const neighbors = new NeighborModules()
  expect(neighbors.resolve('./lib/b.ts', context())).toBeUndefined()
  neighbors.learn('./lib/a.ts', context(), resolved('lib/a.ts'))
  expect(neighbors.resolve('./lib/b.ts', context())).toEqual({ ...resolved('lib/b.ts'), shortCircuit: true })
  expect(neighbors.resolve('./a.ts', context({ parentURL: url('lib/b.ts') }))).toMatchObject({ url: url('lib/a.ts') })
  for (const specifier of [
    './lib/c.js',
    './lib/gone.ts',
    './lib/link.ts',
    './lib/b.ts?x',
    'lib/b.ts',
    './lib',
    '/lib/b.ts',
  ]) {
    expect([specifier, neighbors.resolve(specifier, context())]).toEqual([specifier, undefined])
  }
  expect(neighbors.resolve('./lib/b.ts', context({ importAttributes: { type: 'json' } }))).toBeUndefined()
  expect(neighbors.resolve('./lib/b.ts', context({ conditions: ['require'] }))).toBeUndefined()
  expect(neighbors.resolve('./lib/b.ts', context({ parentURL: undefined }))).toBeUndefined()
})

test('of a folder behind a link nothing is learned', () => {
  const neighbors = new NeighborModules()
  neighbors.learn('./lib/a.ts', context(), resolved('elsewhere/a.ts'))
  expect(neighbors.resolve('./lib/b.ts', context())).toBeUndefined()
})

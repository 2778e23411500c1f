import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readExports } from './surface/declarations.ts'
import { renderReport } from './surface/report.ts'

const folder = mkdtempSync(join(tmpdir(), 'arlen-surface-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function exportsOf(files: Record<string, string>): ReturnType<typeof readExports> {
  const home = mkdtempSync(join(folder, 'package-'))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(home, name), text)
  return readExports(join(home, 'index.ts'))
}

test('an export is its declaration, without its body, its comments and what is private in it', () => {
  const [shop] = exportsOf({
    'index.ts': `export { Shop } from './shop.ts'`,
    'shop.ts': `
/** Sells propane. */
export class Shop {
  #stock = 1
  private owner = 'Buck'
  /** @internal */
  _audit(): void {}
  /** How much. */
  sell(pounds: number): number { return pounds * this.#stock }
}`,
  })
  expect(shop).toEqual({
    name: 'Shop',
    doc: '* Sells propane. ',
    declarations: ['class Shop {\n  sell(pounds: number): number;\n}'],
  })
})

test('follows re-exports, renamed and passed on, of this package and of others', () => {
  const found = exportsOf({
    'index.ts': `export { a as b } from './a.ts'\nexport * from './c.ts'\nexport { type X, y as z } from 'other'`,
    'a.ts': `export { inner as a } from './inner.ts'`,
    'inner.ts': `const inner: number = 1\nexport { inner }`,
    'c.ts': `export function c(x: string): void\nexport function c(x: number): void\nexport function c(_: unknown): void {}`,
  })
  expect(found.map(({ name, declarations, doc }) => [name, declarations, doc])).toEqual([
    ['X', [`export { X } from 'other'`], undefined],
    ['b', ['const inner: number;'], ''],
    ['c', ['function c(x: string): void;', 'function c(x: number): void;'], ''],
    ['z', [`export { y as z } from 'other'`], undefined],
  ])
})

test('a docstring is found over comments for tools, and a comment is not a docstring', () => {
  const [a, b] = exportsOf({
    'index.ts': `/** Of a. */\n// biome-ignore lint: it is so\nexport interface A {}\n\n// Not of b.\nexport interface B {}`,
  })
  expect([a?.doc, b?.doc]).toEqual(['* Of a. ', ''])
})

test('a report names each way into a package', () => {
  const exported = { name: 'a', declarations: ['const a = 1'], doc: '' }
  const report = renderReport({
    folder: 'packages/x',
    name: '@arlen/x',
    entryPoints: [
      { specifier: '@arlen/x', exports: [exported] },
      { specifier: '@arlen/x/y', exports: [] },
    ],
  })
  expect(report).toContain('## @arlen/x\n\n```ts\nconst a = 1\n```\n')
  expect(report).toContain('## @arlen/x/y\n')
})

test('a missing reference is an error that names it', () => {
  expect(() =>
    exportsOf({ 'index.ts': `export { gone } from './a.ts'`, 'a.ts': 'export const a: number = 1' }),
  ).toThrow(/exports gone, which \.\/a\.ts does not have/)
})

test('make surface writes the reports', () => {
  expect(readFileSync(join(import.meta.dirname, '../Makefile'), 'utf8')).toContain('tooling/surface.ts')
})

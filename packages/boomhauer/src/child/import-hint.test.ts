import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { importHint, packageHint } from './import-hint.ts'

const root = mkdtempSync(join(tmpdir(), 'boomhauer-hint-'))
for (const name of ['src', 'src/lib']) mkdirSync(join(root, name))
for (const name of ['src/app.ts', 'src/products.ts', 'src/lib/index.ts']) writeFileSync(join(root, name), '')
afterAll(() => rmSync(root, { recursive: true }))

test.each([
  ['./products', "Imports name the file with its extension: did you mean './products.ts'?"],
  ['./products.js', "Imports name the file with its extension: did you mean './products.ts'?"],
  ['./lib', "Imports name the file with its extension: did you mean './lib/index.ts'?"],
  ['./prodcuts.ts', "Did you mean './products.ts'?"],
  ['../src/prodcts.ts', "Did you mean '../src/products.ts'?"],
  ['./something-else.ts', undefined],
  ['./nowhere/at/all.ts', undefined],
  ['products', undefined],
])('%s: %s', (specifier, hint) => {
  expect(importHint(specifier, join(root, 'src/app.ts'))).toBe(hint)
})

test.each([
  ['lodash', 'Install it: `npm install lodash`.'],
  ['@scope/lib/sub.js', 'Install it: `npm install @scope/lib`.'],
  ['valibto', "Did you mean 'valibot'?"],
  ['valibot', 'package.json lists it: install it with `npm install`.'],
  ['vitest/config', 'package.json lists it: install it with `npm install`.'],
  ['#internal', undefined],
  ['./lodash', undefined],
  ['/lodash', undefined],
  ['node:nothing', undefined],
  ['https://example.com/lib.js', undefined],
])('the package of %s: %s', (specifier, hint) => {
  writeFileSync(
    join(root, 'package.json'),
    '{ "dependencies": { "valibot": "1" }, "devDependencies": { "vitest": "4" } }',
  )
  expect(packageHint(specifier, root)).toBe(hint)
})

test('an application of pnpm is told pnpm, and a broken package.json lists nothing', () => {
  const folder = mkdtempSync(join(root, 'pnpm-'))
  writeFileSync(join(folder, 'package.json'), '{ "dependencies": { "valibot": ')
  writeFileSync(join(folder, 'pnpm-lock.yaml'), '')
  expect(packageHint('valibot', folder)).toBe('Install it: `pnpm add valibot`.')
})

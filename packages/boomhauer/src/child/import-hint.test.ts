import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { importHint } from './import-hint.ts'

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

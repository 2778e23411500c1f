import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { settingsTable, withTable } from './config-reference.ts'

test('docs/configuration.md lists every setting as the schema has it; mend it with tooling/config-reference.ts', () => {
  const document = readFileSync(join(import.meta.dirname, '../docs/configuration.md'), 'utf8')
  expect(document).toBe(withTable(document))
  expect(document).toContain('`ARLEN_HTTP_PORT`')
})

test('every setting says what it is for', () => {
  const rows = settingsTable().trim().split('\n').slice(2)
  expect(rows.filter(row => / \| *\|$/.test(row))).toEqual([])
})

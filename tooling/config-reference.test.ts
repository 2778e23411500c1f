import { expect, test } from 'vitest'
import { limitsTable, readDocument, settingsTable, TABLES, withTable } from './config-reference.ts'

test.each(TABLES)('$file has the $name as the code has them; mend it with tooling/config-reference.ts', table => {
  const document = readDocument(table)
  expect(document).toBe(withTable(document, table))
})

test('settings and limits are in it', () => {
  expect(settingsTable().join()).toContain('`ARLEN_HTTP_PORT`')
  expect(limitsTable().join()).toContain('| `maxBodyBytes` | 1,048,576 bytes |')
})

test('every setting and every limit says what it is for', () => {
  const rows = [...settingsTable(), ...limitsTable()].filter(row => row.startsWith('| `'))
  expect(rows.filter(row => / \| *\|$/.test(row))).toEqual([])
})

test('a document without the place for its table is reported', () => {
  expect(() => withTable('# Title\n', TABLES[0]!)).toThrow('docs/configuration.md has no place for the settings')
})

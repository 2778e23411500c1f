import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { httpError } from './errors.ts'

const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8')

/** The first cells of the rows of the table below a heading. */
function firstCells(heading: string): string[] {
  const section = readme.slice(readme.indexOf(`## ${heading}\n`)).split('\n## ')[0]!
  return [...section.matchAll(/^\| `([^`]+)`/gm)].map(([, cell]) => cell!)
}

test('the README lists every error, with its status, and no other', () => {
  expect(firstCells('Errors').sort()).toEqual(Object.keys(httpError.table).sort())
  for (const [code, { status }] of Object.entries(httpError.table)) {
    expect(readme).toContain(`| \`${code}\` | ${status ?? ''}`)
  }
})

test('everyday errors have no stack trace', () => {
  const untraced = Object.entries(httpError.table).filter(([, { traced }]) => traced === false)
  expect(untraced.map(([code]) => code)).toEqual(['precondition_failed', 'server_overloaded', 'server_closing'])
})

test('the tests that the README names for clauses of the RFCs exist', () => {
  const rows = [...readme.slice(readme.indexOf('## What of the RFCs')).matchAll(/\[`([^`]+)`\]\(([^)]+)\)/g)]
  expect(rows.length).toBeGreaterThan(20)
  for (const [, , path] of rows) expect(() => readFileSync(join(import.meta.dirname, '..', path!))).not.toThrow()
})

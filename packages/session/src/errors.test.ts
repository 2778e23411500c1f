import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { sessionError } from './errors.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

/** `a`, `b` (403) in a table: each code with the status that follows it. */
function documentedStatuses(table: string): Record<string, number> {
  const lists = [...table.matchAll(/((?:`\w+`(?:, )?)+) \((\d{3})\)/g)]
  const pairs = lists.flatMap(([, codes, status]) =>
    [...codes!.matchAll(/\w+/g)].map(([code]) => [code, Number(status)]),
  )
  return Object.fromEntries(pairs)
}

test('the errors that answer a request have the statuses of the README, and no other has one', () => {
  const statuses = Object.entries(sessionError.table).flatMap(([code, { status }]) => (status ? [[code, status]] : []))
  expect(statuses.length).toBeGreaterThan(10)
  expect(Object.fromEntries(statuses)).toEqual(documentedStatuses(readme.slice(readme.indexOf('## Errors'))))
})

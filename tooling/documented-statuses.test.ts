import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const folder = join(import.meta.dirname, '../packages')

/** `a`, `b` (403) in a table: each code with the status that follows it. */
function documentedStatuses(table: string): Record<string, number> {
  const lists = [...table.matchAll(/((?:`\w+`(?:, )?)+) \((\d{3})\)/g)]
  const pairs = lists.flatMap(([, codes, status]) =>
    [...codes!.matchAll(/\w+/g)].map(([code]) => [code, Number(status)]),
  )
  return Object.fromEntries(pairs)
}

test.each([
  ['security', 'securityError', 3],
  ['session', 'sessionError', 10],
])(
  'the errors of @arlen/%s have the statuses of its README, and no others have one',
  async (name, factory, atLeast) => {
    const errors = (await import(join(folder, name, 'src/errors.ts'))) as Record<string, { table: object }>
    const table = errors[factory]!.table as Record<string, { status?: number }>
    const statuses = Object.entries(table).flatMap(([code, { status }]) => (status ? [[code, status]] : []))
    expect(statuses.length).toBeGreaterThanOrEqual(atLeast)
    const readme = readFileSync(join(folder, name, 'README.md'), 'utf8')
    expect(Object.fromEntries(statuses)).toEqual(documentedStatuses(readme.slice(readme.indexOf('## Errors'))))
  },
)

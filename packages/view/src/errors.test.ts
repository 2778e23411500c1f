import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { viewError } from './errors.ts'

const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8')
const table = readme.slice(readme.indexOf('\n## Errors'))
const documented = [...table.matchAll(/^\| (`.*?) \|/gm)].flatMap(([, cell]) => cell!.match(/\w+/g) ?? [])

test('are all documented, and nothing else is', () => {
  expect(documented.sort()).toEqual(Object.keys(viewError.table).sort())
})

test('say what is wrong, in a sentence with no holes left', () => {
  for (const [code, { message }] of Object.entries(viewError.table)) {
    const holes = [...message.matchAll(/\{(\w+)\}/g)].map(([, hole]) => [hole!, 'x'])
    const error = viewError(code as Parameters<typeof viewError>[0], Object.fromEntries(holes))
    expect(error.code).toBe(code)
    expect(error.message).not.toMatch(/\{\w+\}/)
  }
})

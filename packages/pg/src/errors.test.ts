import { readFileSync } from 'node:fs'
import { ArlenError, HttpError } from '@arlen/core'
import { expect, test } from 'vitest'
import { errorTable, pgError } from './errors.ts'
import { SQLSTATES } from './server-errors/sqlstate.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
const codes = Object.keys(errorTable.table)

test('the README names every error, and none that does not exist', () => {
  const table = readme.slice(readme.indexOf('| code | status |'), readme.indexOf('`tx(fn, { retry'))
  const named = [...table.matchAll(/`([a-z_]+)`/g)]
    .map(match => match[1]!)
    .filter(name => !['one', 'value', 'migrate'].includes(name))
  const fromServer = Object.values(SQLSTATES).map(({ code }) => code)
  expect(codes.filter(code => !named.includes(code))).toEqual([])
  expect(
    named.filter(code => ![...codes, ...fromServer, 'cached_plan_changed', 'startEmbedded'].includes(code)),
  ).toEqual([])
})

test('an error has the status of the README, and the others are of the program', () => {
  const table = readme.slice(readme.indexOf('| code | status |'), readme.indexOf('`tx(fn, { retry'))
  const rows = [...table.matchAll(/^\| (`.*?) \| ([\d, ]*) ?\|/gm)]
  const documented = rows.flatMap(([, names, cell]) => {
    const statuses = cell!.split(', ').map(text => (text.trim() === '' ? undefined : Number(text)))
    return [...names!.matchAll(/`(\w+)`/g)].map(([, code], i) => [code!, statuses[i] ?? statuses[0]] as const)
  })
  const ofServer = new Map(Object.values(SQLSTATES).map(({ code, status }) => [code, status]))
  const own: Readonly<Record<string, { status?: number } | undefined>> = errorTable.table
  for (const [code, status] of documented) {
    if (code !== 'cached_plan_changed')
      expect([code, own[code] ? own[code].status : ofServer.get(code)]).toEqual([code, status])
  }
  expect(documented.filter(([, status]) => status !== undefined).length).toBeGreaterThan(20)
})

test('an error with a status shows the client its message, and the log everything', () => {
  const error = pgError('pool_timeout', {}, { internal: 'select secret' }) as HttpError
  expect(error).toBeInstanceOf(HttpError)
  expect(error).toMatchObject({ status: 503, detail: errorTable.table.pool_timeout.message })
  expect(error.message).toBe(`${errorTable.table.pool_timeout.message} select secret`)
  expect(error.stack).toContain('errors.test.ts')
})

test('an error of the program is none', () => {
  expect(pgError('sql_text_invalid', { got: 'number' })).not.toBeInstanceOf(HttpError)
  expect(pgError('sql_text_invalid', { got: 'number' })).toBeInstanceOf(ArlenError)
})

import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { routerError } from './errors.ts'

const codes = Object.keys(routerError.table)

test('every error is in the README, and nothing else is', () => {
  const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8')
  const rows = readme
    .slice(readme.indexOf('## Errors'))
    .split('\n')
    .filter(line => line.startsWith('| `'))
  const documented = [...rows.join('\n').matchAll(/`([a-z]+_[a-z_]+)`/g)].map(([, code]) => code)
  expect(documented.sort()).toEqual([...codes].sort())
})

test('answers have the statuses of the README, and no stack trace, which strangers could make us take all day', () => {
  const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8')
  const table = readme.slice(readme.indexOf('## Errors'))
  const documented = [...table.matchAll(/`(\w+)` (\d{3})/g)].map(([, code, status]) => [code, Number(status)])
  const answers = Object.entries(routerError.table).filter(([, { status }]) => status !== undefined)
  expect(Object.fromEntries(answers.map(([code, { status }]) => [code, status]))).toEqual(
    Object.fromEntries(documented),
  )
  expect(answers.map(([, { traced }]) => traced)).toEqual([false, false, false, false])
})

test('every error is raised somewhere and tested somewhere', () => {
  const files = globSync('**/*.ts', { cwd: import.meta.dirname }).filter(file => !file.startsWith('errors.'))
  const text = (tests: boolean): string =>
    files
      .filter(file => file.endsWith('.test.ts') === tests)
      .map(file => readFileSync(join(import.meta.dirname, file), 'utf8'))
      .join('\n')
  expect(codes.filter(code => !text(false).includes(`'${code}'`))).toEqual([])
  expect(codes.filter(code => !text(true).includes(`'${code}'`))).toEqual([])
})

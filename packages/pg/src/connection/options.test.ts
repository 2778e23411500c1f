import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readPgOptions } from './options.ts'
import { POOL_SETTINGS } from './pool-options.ts'

test('what is not given is the default of the table', () => {
  const settings = readPgOptions({})
  for (const [name, setting] of Object.entries(POOL_SETTINGS)) {
    expect(settings[name as keyof typeof settings], name).toBe(setting.default)
  }
})

test('the defaults are those of the README', () => {
  const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8')
  const documented = readme
    .matchAll(/^\| ((?:`\w+`(?:, )?)+) \| ([^|]+) \|/gm)
    .flatMap(([, names = '', defaults = '']) => {
      const values = defaults.split(', ')
      return names.split(', ').map((name, i) => [name.slice(1, -1), values[i]?.trim().replace(/[`,]/g, '')] as const)
    })
  const found = new Map(documented)
  for (const [name, setting] of Object.entries(POOL_SETTINGS)) {
    expect(found.get(name), name).toBe(String(setting.default))
  }
})

test.each([
  [{ statementTimeout: 5 }, 'createPg() has no option statementTimeout. Did you mean statementTimeoutMs?'],
  [{ lanes: 3 }, 'createPg() has no option lanes. It takes dsn, host,'],
  [{ types: { int: 'number' } }, 'createPg() has no option types.int. Did you mean types.int8?'],
])('refuses the unknown name in %j', (options, message) => {
  expect(() => readPgOptions(options as object)).toThrow(
    expect.objectContaining({ code: 'option_unknown', message: expect.stringContaining(message) }),
  )
})

test.each([
  [{ max: 0 }, 'option max must be a whole number from 1 to 2147483647, not 0'],
  [{ max: 1.5 }, 'not 1.5'],
  [{ statementTimeoutMs: -1 }, 'a whole number from 0'],
  [{ idleTimeoutMs: 2 ** 31 }, 'to 2147483647'],
  [{ prepare: 'no' }, 'prepare must be true or false, not "no"'],
  [{ applicationName: 3 }, 'must be a string'],
  [{ types: { int8: 'float' } }, 'types.int8 must be "bigint", "string" or "number", not "float"'],
  [{ port: 0 }, 'port must be a whole number from 1 to 65535'],
])('refuses the value in %j', (options, message) => {
  expect(() => readPgOptions(options as object)).toThrow(
    expect.objectContaining({ code: 'option_invalid', message: expect.stringContaining(message) }),
  )
})

test('an option overrides the URL, and the URL the default', () => {
  const dsn = 'postgres://a@h/d?application_name=shop&connect_timeout=3'
  expect(readPgOptions(dsn)).toMatchObject({ applicationName: 'shop', connectTimeoutMs: 3_000 })
  expect(readPgOptions({ dsn, applicationName: 'x', connectTimeoutMs: 9 })).toMatchObject({
    applicationName: 'x',
    connectTimeoutMs: 9,
  })
})

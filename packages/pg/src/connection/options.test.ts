import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readPgOptions, targetOf } from './options.ts'
import { POOL_SETTINGS } from './pool-options.ts'

test('omitted options have the defaults of the table', () => {
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

test('the target of a pool is named without its password', () => {
  const target = (dsn: string) => targetOf(readPgOptions(dsn))
  expect(target('postgres://app:secret@a:1,b:2/shop')).toBe('app@a:1,b:2/shop')
})

describe('the reading pool', () => {
  const own = { dsn: 'postgres://app:secret@a/shop?sslmode=disable', max: 7, applicationName: 'web' }
  const readOf = (options: Parameters<typeof readPgOptions>[0]) => readPgOptions(options).read

  test('is none unless it is asked for', () => {
    expect(readOf(own)).toBeUndefined()
  })

  test.each([
    ['a URL', 'postgres://reader@b/copy'],
    ['options with a URL', { dsn: 'postgres://reader@b/copy' }],
  ])('of %s has nothing of the other server, and the rest of the pool', (_, read) => {
    const settings = readOf({ ...own, user: 'app', password: 'secret', database: 'shop', read })
    expect(settings).toMatchObject({
      targets: [{ host: 'b', port: 5432 }],
      user: 'reader',
      database: 'copy',
      max: 7,
      applicationName: 'web',
    })
    expect(settings?.password).toBeUndefined()
  })

  test('of a host has the rest of the server, too', () => {
    expect(readOf({ ...own, read: { host: 'b', max: 3 } })).toMatchObject({
      targets: [{ host: 'b', port: 5432 }],
      user: 'app',
      password: 'secret',
      database: 'shop',
      max: 3,
      applicationName: 'web',
    })
    expect(readOf({ host: 'a', user: 'app', read: { host: 'b' } })).toMatchObject({ user: 'app' })
  })

  test('prefers a standby, unless it is told what to take', () => {
    const attrs = (read: object, targetSessionAttrs?: 'primary') =>
      readOf({ ...own, ...(targetSessionAttrs && { targetSessionAttrs }), read })?.targetSessionAttrs
    expect(attrs({})).toBe('prefer-standby')
    expect(attrs({}, 'primary')).toBe('prefer-standby')
    expect(attrs({ targetSessionAttrs: 'standby' })).toBe('standby')
    expect(attrs({ dsn: 'postgres://b/x?target_session_attrs=read-only' })).toBe('read-only')
  })
})

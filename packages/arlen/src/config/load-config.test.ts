import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { LIMITS } from '@arlen/http'
import { POOL_SETTINGS } from '@arlen/pg/settings'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { defineConfig, KNOWN_ENV } from './config.ts'
import { environmentName, isProduction, type LoadConfigOptions, loadConfig } from './load-config.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'arlen-config-'))
})
afterEach(() => rmSync(root, { recursive: true }))

function write(files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), text)
  }
}

const load = (options: Partial<LoadConfigOptions> = {}) =>
  loadConfig({ root, environment: 'test', env: {}, ...options }).config

describe('the layers', () => {
  test('follow each other: the file, that of the environment, the program, the platform, ARLEN_*', () => {
    const ports = (options: Partial<LoadConfigOptions> = {}) => load(options).http.port
    expect(ports()).toBe(3000)
    write({ 'config/app.ts': 'export default { http: { port: 1001 as number, host: "127.0.0.1" } }' })
    expect(ports()).toBe(1001)
    write({ 'config/environments/test.ts': 'export default { http: { port: 1002 } }' })
    expect([ports(), load().http.host]).toEqual([1002, '127.0.0.1'])
    expect(ports({ environment: 'development' })).toBe(1001)
    expect(ports({ overrides: { http: { port: 1003 } } })).toBe(1003)
    const env = { PORT: '1004', ARLEN_HTTP_PORT: '1005' }
    expect(ports({ overrides: { http: { port: 1003 } }, env: { PORT: '1004' } })).toBe(1004)
    expect(ports({ overrides: { http: { port: 1003 } }, env })).toBe(1005)
  })

  test('are named as the source of what they set', () => {
    write({
      'config/app.ts': 'export default { http: { maxPairs: 1 } }',
      'config/environments/test.ts': 'export default { http: { maxBodyBytes: 2 } }',
    })
    const env = { HOST: '127.0.0.1', ARLEN_HTTP_MAX_HEADER_BYTES: '3' }
    const { settings } = loadConfig({ root, environment: 'test', env, overrides: { apiOnly: true, http: { port: 4 } } })
    const sourceOf = (...path: string[]) => settings.find(setting => setting.path.join() === path.join())?.source
    expect(sourceOf('http', 'maxPairs')).toBe(join('config', 'app.ts'))
    expect(sourceOf('http', 'maxBodyBytes')).toBe(join('config', 'environments', 'test.ts'))
    expect(sourceOf('http', 'port')).toBe('createApp()')
    expect(sourceOf('http', 'host')).toBe('HOST, PORT, DATABASE_URL')
    expect(sourceOf('http', 'maxHeaderBytes')).toBe('ARLEN_HTTP_MAX_HEADER_BYTES')
    expect(sourceOf('session', 'enabled')).toBe('apiOnly')
    expect(sourceOf('http', 'maxHeaderFields')).toBe('default')
  })

  test('are TypeScript, or JavaScript once it is built', () => {
    write({ 'config/app.js': 'export default { http: { port: 1001 } }' })
    expect(load().http.port).toBe(1001)
    write({ 'config/app.ts': 'export default { http: { port: 1002 } }' })
    expect(load().http.port).toBe(1002)
  })

  test('that cannot be loaded are an error with the file and the reason', () => {
    write({ 'config/app.ts': 'throw new Error("no luck")' })
    expect(load).toThrow(
      expect.objectContaining({ code: 'config_unloadable', message: expect.stringMatching(/config.app\.ts.*no luck/) }),
    )
    write({ 'config/app.ts': 'throw "a text"' })
    expect(load).toThrow(/a text/)
  })

  const WANTED = 'must export an object of settings as its default, but'
  test.each<[text: string, problem: string]>([
    ['export default () => ({ http: { port: 1 } })', 'its default export is a function.'],
    ['export default async () => ({})', 'its default export is a function.'],
    ['export default class {}', 'its default export is a function.'],
    ['export default null', 'its default export is null.'],
    ['export default Promise.resolve({})', 'its default export is a promise.'],
    ['export default [{ http: { port: 1 } }]', 'its default export is a list.'],
    ['export default "port"', 'its default export is a string.'],
    ['export default 7', 'its default export is a number.'],
    ['export default new Map()', 'its default export is an instance of Map.'],
    ['export default undefined', 'it has no default export.'],
    ['export const config = { http: { port: 1 } }', 'it has no default export.'],
    ['const config = { http: { port: 1 } }', 'it has no default export.'],
    ['', 'it has no default export.'],
    ['// nothing yet', 'it has no default export.'],
    ['module.exports = () => ({})', 'its default export is a function.'],
    ['exports.__esModule = true; exports.config = {}', 'it has no default export.'],
  ])('are refused where they export no settings: %s', (text, problem) => {
    for (const file of ['config/app.js', 'config/app.ts', 'config/environments/test.ts']) {
      write({ [file]: text })
      expect(load, file).toThrow(
        expect.objectContaining({
          code: 'config_export_invalid',
          message: `${file} ${WANTED} ${problem} Write export default defineConfig({ … }).`,
        }),
      )
      rmSync(join(root, file))
    }
  })

  test('may be CommonJS that names its default export', () => {
    write({ 'config/app.js': 'exports.default = { http: { port: 1004 } }' })
    expect(load().http.port).toBe(1004)
  })

  test('may be CommonJS, and may export a namespace', () => {
    write({ 'config/app.js': 'module.exports = { http: { port: 1001 } }' })
    expect(load().http.port).toBe(1001)
    write({ 'config/environments/test.js': 'exports.__esModule = true; exports.default = { http: { port: 1002 } }' })
    expect(load().http.port).toBe(1002)
    write({
      'config/http.ts': 'export const port = 1003',
      'config/environments/test.ts': 'import * as http from "../http.ts"; export default { http }',
    })
    expect(load().http.port).toBe(1003)
  })

  test('are validated together, and every problem is reported', () => {
    write({ 'config/app.ts': 'export default { http: { port: -1 }, views: { dir: 7 } }' })
    expect(load).toThrow(
      expect.objectContaining({ code: 'config_invalid', message: expect.stringMatching(/http\.port.*views\.dir/s) }),
    )
  })
})

describe('a setting is refused just beyond its bounds, and taken at them:', () => {
  const valueAt = (value: object, path: readonly string[]): unknown =>
    path.reduce<unknown>((inner, name) => (inner as Record<string, unknown>)[name], value)
  const nested = (path: readonly string[], value: unknown): object =>
    path.reduceRight<unknown>((inner, name) => ({ [name]: inner }), value) as object

  const bounds: [path: string, least: number, most?: number][] = [
    ['http.port', 0, 65_535],
    ['static.maxAgeSeconds', 0],
    ...Object.entries(LIMITS).map(([name, { min }]): [string, number] => [`http.${name}`, min]),
    ...Object.entries(POOL_SETTINGS).flatMap(([name, setting]): [string, number][] =>
      setting.kind === 'count' ? [[`db.${name}`, setting.min]] : [],
    ),
  ]
  test.each(bounds)('%s', (name, least, most) => {
    const path = name.split('.')
    for (const value of most === undefined ? [least] : [least, most]) {
      expect(valueAt(load({ overrides: nested(path, value) }), path)).toBe(value)
    }
    for (const value of most === undefined ? [least - 1] : [least - 1, most + 1]) {
      expect(() => load({ overrides: nested(path, value) }), String(value)).toThrow(
        expect.objectContaining({ code: 'config_invalid', message: expect.stringContaining(name) }),
      )
    }
  })
})

test.each<[string, string | undefined, number | RegExp]>([
  ['is not there', undefined, 3000],
  ['is empty', '', 3000],
  ['is a number', '8080', 8080],
  ['is no number', 'eighty', /http\.port/],
  ['is a bad number', '70000', /http\.port/],
])('PORT of a platform that %s', (_, PORT, port) => {
  const read = () => load({ env: { PORT } }).http.port
  if (typeof port === 'number') expect(read()).toBe(port)
  else expect(read).toThrow(port)
})

test('HOST and DATABASE_URL of a platform count unless they are empty', () => {
  const settings = (env: Record<string, string>) => {
    const { http, db } = load({ env, overrides: { db: { url: 'postgres://own' } } })
    return [http.host, db.url]
  }
  expect(settings({ HOST: '', DATABASE_URL: '' })).toEqual(['127.0.0.1', 'postgres://own'])
  expect(settings({ HOST: '::', DATABASE_URL: 'postgres://x' })).toEqual(['::', 'postgres://x'])
})

test('defineConfig() only types what it is given', () => {
  const config = { http: { port: 1 } }
  expect(defineConfig(config)).toBe(config)
})

test.each(['true', '1', 'on', 'yes', 'YES'])('ARLEN_API_ONLY=%s is an API alone', value => {
  expect(load({ env: { ARLEN_API_ONLY: value } })).toMatchObject({ apiOnly: true, session: { enabled: false } })
})

test.each(['false', '0', 'off', 'no'])('ARLEN_API_ONLY=%s is none', value => {
  expect(load({ env: { ARLEN_API_ONLY: value } })).toMatchObject({ apiOnly: false, session: { enabled: true } })
})

test.each(KNOWN_ENV.map(name => [name.replace('*', 'X'), name]))('%s is no setting that is unknown', variable => {
  const { warnings } = loadConfig({ root, environment: 'test', env: { [variable]: 'x' } })
  expect(warnings).toEqual([])
})

test.each([
  [400, true],
  [599, true],
  [399, false],
  [600, false],
  [450.5, false],
])('the status of an SQLSTATE may be %d: %j', (status, fits) => {
  const read = () => load({ overrides: { db: { sqlstates: { P0001: { code: 'sold_out', status } } } } })
  if (fits) expect(read().db.sqlstates).toEqual({ P0001: { code: 'sold_out', status } })
  else expect(read).toThrow(/db\.sqlstates\.P0001\.status/)
})

test('what is secret is not shown among the settings', () => {
  const env = {
    DATABASE_URL: 'postgres://a:hunter2@b',
    ARLEN_DB_PASSWORD: 'hunter2',
    ARLEN_DB_READ: 'postgres://hunter2',
  }
  const { settings } = loadConfig({ root, environment: 'test', env })
  const shown = settings.filter(({ path }) => path[0] === 'db' && ['url', 'password', 'read'].includes(path[1]!))
  expect(shown.map(({ value }) => value)).toEqual(['[secret]', '[secret]', '[secret]'])
  expect(JSON.stringify(settings)).not.toContain('hunter2')
})

test('a password of the database is a text or a function, and types have the parsers of an application', () => {
  const password = () => 'x'
  const custom = { 600: Number }
  expect(load({ overrides: { db: { password, types: { custom } } } }).db).toMatchObject({ password, types: { custom } })
  expect(() => load({ overrides: { db: { password: 7 as never } } })).toThrow(/db\.password .*must be/)
})

describe('an API alone has no sessions unless it asks for them', () => {
  test.each<[string, Partial<LoadConfigOptions>, boolean]>([
    ['is none', {}, true],
    ['says so', { overrides: { apiOnly: true } }, false],
    ['says so and asks', { overrides: { apiOnly: true, session: { enabled: true } } }, true],
    ['is told so', { env: { ARLEN_API_ONLY: 'yes' } }, false],
    ['is told otherwise', { overrides: { apiOnly: true }, env: { ARLEN_API_ONLY: 'false' } }, true],
  ])('where it %s', (_, options, enabled) => {
    expect(load(options).session.enabled).toBe(enabled)
  })

  test('and the last file that speaks of it counts', () => {
    write({ 'config/app.ts': 'export default { apiOnly: true }', 'config/environments/test.ts': 'export default {}' })
    expect(load().session.enabled).toBe(false)
    write({ 'config/environments/development.ts': 'export default { apiOnly: false }' })
    expect(load({ environment: 'development' }).session.enabled).toBe(true)
  })
})

test('openApi: false turns the document off', () => {
  write({ 'config/app.ts': 'export default { openApi: false }' })
  expect(load().openApi.path).toBe('')
  expect(load({ overrides: { openApi: { path: '/x.json' } } }).openApi.path).toBe('/x.json')
  expect(load({ overrides: { openApi: false } }).openApi.path).toBe('')
})

test('production asks for its secrets, unless nothing is to run', () => {
  for (const environment of ['production', 'staging']) {
    expect(() => load({ environment }), environment).toThrow(/session\.secrets/)
    expect(load({ environment, lenient: true }).session.enabled).toBe(true)
  }
})

test('an unknown environment must meet the rules of production', () => {
  expect(['development', 'test', 'production', 'staging', ''].map(isProduction)).toEqual([
    false,
    false,
    true,
    true,
    true,
  ])
})

test.each([
  [{}, 'development'],
  [{ NODE_ENV: 'production' }, 'production'],
  [{ NODE_ENV: 'production', ARLEN_ENV: 'staging' }, 'staging'],
  [{ NODE_ENV: 'test', ARLEN_ENV: '' }, 'test'],
])('the environment of %j is %s', (env, name) => expect(environmentName(env)).toBe(name))

test.each([
  ['level', ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], 'verbose'],
  ['format', ['auto', 'json', 'text'], 'pretty'],
] as const)('log.%s takes %o, and nothing else', (name, values, other) => {
  const env = (value: string) => ({ [`ARLEN_LOG_${name.toUpperCase()}`]: value })
  for (const value of values) expect(load({ env: env(value) }).log[name]).toBe(value)
  expect(() => load({ env: env(other) })).toThrow(`ARLEN_LOG_${name.toUpperCase()}`)
})

test.each([
  ['ARLEN_HTTP_PORT', '3.5', 'must be a whole number'],
  ['ARLEN_HTTP_PORT', '70000', 'must be <=65535'],
  ['ARLEN_LOG_LEVEL', 'loud', 'must be ('],
])('%s=%s is refused in words: %s', (variable, value, words) => {
  expect(() => loadConfig({ root, environment: 'test', env: { [variable]: value } })).toThrow(words)
})

test('the lists of a configuration may be read-only', () => {
  const trustedProxies = ['10.0.0.0/8'] as const
  expect(defineConfig({ http: { trustedProxies } })).toEqual({ http: { trustedProxies: ['10.0.0.0/8'] } })
})

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
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

  test('are validated together, and every problem is reported', () => {
    write({ 'config/app.ts': 'export default { http: { port: -1 }, views: { dir: 7 } }' })
    expect(load).toThrow(
      expect.objectContaining({ code: 'config_invalid', message: expect.stringMatching(/http\.port.*views\.dir/s) }),
    )
  })
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

test('openApi: false is the short way to say that there is no document', () => {
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

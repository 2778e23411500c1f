import { afterEach, expect, test, vi } from 'vitest'
import { createApp } from '../src/index.ts'
import { serveApp } from './serve-app.ts'

afterEach(() => vi.unstubAllEnvs())

test('an application starts beside a Kubernetes service called arlen, and with variables that are not its own', async () => {
  vi.stubEnv('ARLEN_PORT', 'tcp://10.96.0.12:3000')
  vi.stubEnv('ARLEN_SERVICE_HOST', '10.96.0.12')
  vi.stubEnv('ARLEN_PORT_3000_TCP_ADDR', '10.96.0.12')
  vi.stubEnv('ARLEN_HTTP_PORT', 'tcp://10.96.0.13:80')
  vi.stubEnv('ARLEN_TEAM', 'blue')
  const served = await serveApp(app => void app.get('/', () => 'ok'))
  expect(await (await served.get('/')).text()).toBe('ok')
  expect(served.app.config.http.port).toBe(3000)
  await served.close()
  const warnings = served.log.filter(line => line.level === 'warn').map(line => line.msg)
  expect(warnings).toEqual([
    expect.stringContaining('ARLEN_HTTP_PORT (environment): ignored'),
    expect.stringContaining('ARLEN_TEAM (environment): no such setting'),
  ])
})

test('a setting that is misspelled stops the start, with the name that was meant', () => {
  vi.stubEnv('ARLEN_LOG_LEVLE', 'debug')
  expect(() => createApp({ root: import.meta.dirname, environment: 'test' })).toThrow(
    'ARLEN_LOG_LEVLE (environment): no such setting; did you mean ARLEN_LOG_LEVEL?',
  )
})

test('variables of hosting platforms apply unless the application sets a value itself', () => {
  const httpOf = () => createApp({ root: import.meta.dirname, environment: 'test' }).config.http
  const defaults = httpOf()
  vi.stubEnv('PORT', '8123')
  vi.stubEnv('HOST', '127.0.0.9')
  expect(httpOf()).toMatchObject({ port: 8123, host: '127.0.0.9' })
  vi.stubEnv('ARLEN_HTTP_PORT', '8124')
  expect(httpOf()).toMatchObject({ port: 8124, host: '127.0.0.9' })
  vi.stubEnv('ARLEN_HTTP_PORT', undefined)
  vi.stubEnv('PORT', '')
  vi.stubEnv('HOST', '')
  expect(httpOf()).toEqual(defaults)
  for (const port of ['x', '-1', '70000', '80.5']) {
    vi.stubEnv('PORT', port)
    expect(httpOf, port).toThrow(/http\.port/)
  }
})

test('DATABASE_URL names the database, unless ARLEN_DB_URL does', () => {
  const urlOf = () => createApp({ root: import.meta.dirname, environment: 'test' }).config.db.url
  vi.stubEnv('DATABASE_URL', 'postgres://localhost/platform')
  expect(urlOf()).toBe('postgres://localhost/platform')
  vi.stubEnv('ARLEN_DB_URL', 'postgres://localhost/own')
  expect(urlOf()).toBe('postgres://localhost/own')
})

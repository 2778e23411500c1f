import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { resolveConfig } from './config.ts'
import { suggest } from './suggest.ts'

interface Example {
  http: { port: number; hosts: string[] }
  performanceLogging: boolean
  workers: number | 'auto'
  secretKey: string | undefined
}

const schema = v.strictObject({
  http: v.optional(
    v.strictObject({
      port: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(65535), v.description('TCP port')), 3000),
      hosts: v.optional(v.array(v.string()), []),
    }),
    {},
  ),
  performanceLogging: v.optional(v.boolean(), false),
  workers: v.optional(v.union([v.literal('auto'), v.number()]), 'auto'),
  secretKey: v.optional(v.pipe(v.string(), v.minLength(8), v.metadata({ secret: true }))),
}) as unknown as v.GenericSchema<unknown, Example>

function messageOf(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    return (error as Error).message
  }
  return ''
}

describe('resolveConfig', () => {
  test('fills in the defaults of the schema', () => {
    expect(resolveConfig({ schema }).config).toEqual({
      http: { port: 3000, hosts: [] },
      performanceLogging: false,
      workers: 'auto',
    })
  })

  test('lets later layers win leaf by leaf, and the environment over all', () => {
    const { config, settings } = resolveConfig({
      schema,
      layers: [
        { name: 'config/app.ts', values: { http: { port: 1, hosts: ['a'] }, workers: 2 } },
        { name: 'config/environments/test.ts', values: { http: { port: 2 } } },
      ],
      env: { ARLEN_WORKERS: 'auto', ARLEN_PERFORMANCE_LOGGING: 'on', ARLEN_HTTP_HOSTS: 'x, y', HOME: '/' },
    })
    expect(config).toEqual({ http: { port: 2, hosts: ['x', 'y'] }, performanceLogging: true, workers: 'auto' })
    expect(Object.fromEntries(settings.map(setting => [setting.path.join('.'), setting.source]))).toEqual({
      'http.port': 'config/environments/test.ts',
      'http.hosts': 'ARLEN_HTTP_HOSTS',
      performanceLogging: 'ARLEN_PERFORMANCE_LOGGING',
      workers: 'ARLEN_WORKERS',
      secretKey: 'default',
    })
  })

  test('lists every problem at once, says where each came from, and suggests the name that was meant', () => {
    const message = messageOf(() =>
      resolveConfig({
        schema,
        layers: [{ name: 'config/app.ts', values: { http: { prot: 1, port: 'x' }, wrkers: 3 } }],
        env: {
          ARLEN_PERFORMANCE_LOGING: 'true',
          ARLEN_PERFORMANCE_LOGGING: 'maybe',
          ARLEN_ENV: 'test',
          ARLEN_PROPANE_WORKERS: '2',
        },
        knownEnv: ['ARLEN_ENV', 'ARLEN_PROPANE_*'],
      }),
    )
    expect(message).toContain('has 5 problem(s)')
    expect(message).toContain('http.prot (config/app.ts): no such setting; did you mean port?')
    expect(message).toContain('http.port (config/app.ts): must be number')
    expect(message).toContain('wrkers (config/app.ts): no such setting; did you mean workers?')
    expect(message).toContain(
      'ARLEN_PERFORMANCE_LOGING (environment): no such setting; did you mean ARLEN_PERFORMANCE_LOGGING?',
    )
    expect(message).toContain('ARLEN_PERFORMANCE_LOGGING (environment): must be true or false')
  })

  test('a variable that is not a setting is warned of, with the name that was meant where one is near, and stops nothing', () => {
    const { warnings } = resolveConfig({
      schema,
      env: { ARLEN_COLOUR: 'red', ARLEN_PERFORMANCE_LOGS: 'yes', ARLEN_ENV: 'test', OTHER: 'x' },
      knownEnv: ['ARLEN_ENV', 'ARLEN_PROPANE_*'],
    })
    expect(warnings).toEqual([
      'ARLEN_COLOUR (environment): no such setting',
      'ARLEN_PERFORMANCE_LOGS (environment): no such setting; did you mean ARLEN_PERFORMANCE_LOGGING?',
    ])
  })

  test.each(['ARLEN_PERFORMANCE_LOGING', 'ARLEN_WROKERS', 'ARLEN_HTTP_HOTSS', 'ARLEN_EVN'])(
    '%s is a name of ours misspelled, and stops the start',
    variable => {
      const run = () => resolveConfig({ schema, env: { [variable]: '1' }, knownEnv: ['ARLEN_ENV'] })
      expect(messageOf(run)).toContain(`${variable} (environment): no such setting; did you mean ARLEN_`)
    },
  )

  test('ignores variables that Kubernetes sets for services whose names begin like ours', () => {
    const { config, warnings } = resolveConfig({
      schema,
      env: {
        ARLEN_PORT: 'tcp://10.96.0.12:3000',
        ARLEN_SERVICE_HOST: '10.96.0.12',
        ARLEN_SERVICE_PORT: '3000',
        ARLEN_PORT_3000_TCP_ADDR: '10.96.0.12',
        ARLEN_HTTP_PORT: 'tcp://10.96.0.13:80',
        ARLEN_HTTP_SERVICE_HOST: '10.96.0.13',
      },
    })
    expect(config).toEqual(resolveConfig({ schema }).config)
    expect(warnings).toEqual([expect.stringContaining('ARLEN_HTTP_PORT (environment): ignored')])
  })

  test.each<[what: string, value: unknown]>([
    ['a function', () => ({ port: 1 })],
    ['a promise', Promise.resolve({ port: 1 })],
    ['a list', [{ port: 1 }]],
    ['null', null],
    ['a number', 7],
    ['a string', 'port=1'],
    ['an instance of Map', new Map([['port', 1]])],
    ['an object with a prototype of its own', Object.create(Object.create(null))],
  ])('%s in the place of settings is a problem, and not ignored', (what, value) => {
    const run = (values: unknown) => messageOf(() => resolveConfig({ schema, layers: [{ name: 'a.ts', values }] }))
    expect(run(value)).toContain(`config (a.ts): must be an object of settings, not ${what}`)
    expect(run({ http: value })).toContain(`http (a.ts): must be an object of settings, not ${what}`)
  })

  test('a namespace of a module, and an object without a prototype, are objects of settings', () => {
    const values = Object.assign(Object.create(null), { http: Object.assign(Object.create(null), { port: 7 }) })
    expect(resolveConfig({ schema, layers: [{ name: 'a.ts', values }] }).config.http.port).toBe(7)
  })

  test('never shows a secret, neither in the listing nor in a problem', () => {
    const { config, settings } = resolveConfig({ schema, env: { ARLEN_SECRET_KEY: 'long-enough' } })
    expect(config.secretKey).toBe('long-enough')
    expect(settings.find(setting => setting.secret)?.value).toBe('[secret]')
    const message = messageOf(() => resolveConfig({ schema, env: { ARLEN_SECRET_KEY: 'hunter2' } }))
    expect(message).toContain('secretKey (ARLEN_SECRET_KEY)')
    expect(message).not.toContain('hunter2')
  })

  test('does not let a layer reach the prototype of objects', () => {
    const values = JSON.parse('{"__proto__": {"polluted": true}}')
    resolveConfig({ schema, layers: [{ name: 'x', values }] })
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  })
})

test('suggests only what is near', () => {
  expect(suggest('prot', ['port', 'host'])).toBe('port')
  expect(suggest('zzzzzz', ['port', 'host'])).toBeUndefined()
})

import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Middleware } from '@arlen/core'
import { after } from '@arlen/core'
import type { Context } from '@arlen/http'
import { Validator } from '@seriousme/openapi-schema-validator'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { createApp, DateParam, definePlugin, IntegerParam, list, oneOf, openApi, orElse } from '../src/index.ts'
import { serveApp } from './serve-app.ts'

const header =
  (name: string): Middleware<Context> =>
  next =>
  c => {
    c.res.headers.append('x-trace', name)
    return after(next(c), answer => answer)
  }

describe('groups', () => {
  test('nest prefixes, guards and middleware; a guard passes, refuses, redirects, or adds for what is below', async () => {
    const served = await serveApp(app => {
      app.use(header('app'))
      const login = (c: Context) => {
        const user = c.req.header('x-user')
        if (user === undefined) return c.redirect('/login')
        c.stash.user = user
      }
      const admin = async (c: Context) => (c.stash.user === 'root' ? undefined : c.problem(403, 'admins_only'))
      app.group('/account', { under: login, use: header('account') }, account => {
        account.get('/', c => ({ user: c.stash.user }))
        account.group('/admin', { under: admin, use: header('admin') }, area => {
          area.get('/:page', { use: header('route') }, c => ({ page: c.params.page, user: c.stash.user }))
        })
      })
    })
    const as = (user: string, path: string) => served.get(path, { headers: { 'x-user': user } })
    const refused = await served.get('/account')
    expect([refused.status, refused.headers.get('location')]).toEqual([303, '/login'])
    expect(await (await as('ada', '/account')).json()).toEqual({ user: 'ada' })
    expect((await as('ada', '/account/admin/x')).status).toBe(403)
    const page = await as('root', '/account/admin/x')
    expect(await page.json()).toEqual({ page: 'x', user: 'root' })
    expect(page.headers.get('x-trace')).toBe('app, account, admin, route')
    expect((await served.get('/nowhere')).headers.get('x-trace')).toBe('app')
    await served.close()
  })

  test('conditions let the next candidate try', async () => {
    const served = await serveApp(app => {
      app.get('/', { when: { header: { 'x-beta': '1' } } }, () => 'beta')
      app.get('/', () => 'stable')
    })
    expect(await (await served.get('/', { headers: { 'x-beta': '1' } })).text()).toBe('beta')
    expect(await (await served.get('/')).text()).toBe('stable')
    await served.close()
  })
})

describe('controllers', () => {
  class Users {
    static made = 0
    readonly #c: Context
    constructor(c: Context) {
      Users.made += 1
      this.#c = c
    }
    show(c: Context) {
      return { same: c === this.#c, id: c.params.id }
    }
    async list() {
      return { path: this.#c.req.path }
    }
  }

  test('are made afresh for each request, and answer by the name of a method', async () => {
    const served = await serveApp(app => {
      app.get('/users/:id', [Users, 'show'])
      app.get('/users', [Users, 'list'])
    })
    expect(await (await served.get('/users/7')).json()).toEqual({ same: true, id: '7' })
    expect(await (await served.get('/users')).json()).toEqual({ path: '/users' })
    expect(Users.made).toBe(2)
    await served.close()
  })

  test('may be modules of functions', async () => {
    const users = { list: () => ['ada'], show: (c: Context<{ id: string }>) => ({ id: c.params.id }) }
    const served = await serveApp(app => {
      app.get('/users', [users, 'list'])
      app.get('/users/:id', [users, 'show'])
      // @ts-expect-error the path has no parameter id
      app.get('/people', [users, 'show'])
    })
    expect(await (await served.get('/users')).json()).toEqual(['ada'])
    expect(await (await served.get('/users/7')).json()).toEqual({ id: '7' })
    await served.close()
  })

  test('without such a method are an error that names file, line and route', async () => {
    await expect(
      serveApp(app => {
        // @ts-expect-error there is no such method
        app.get('/x', [Users, 'destroy'])
      }),
    ).rejects.toThrow(/GET \/x[\s\S]*app\.test\.ts:\d+/)
  })
})

describe('plugins', () => {
  const counter = definePlugin<{ header: string }>({
    name: 'counter',
    setUp: ({ use, routes }, options) => {
      use(header(options.header))
      routes.get('/count', () => ({ count: 1 }))
    },
  })
  const blog = definePlugin({
    name: 'blog',
    needs: ['counter'],
    setUp: ({ routes }) => void routes.get('/posts', () => ['first']),
  })

  test('add to the application, or to a prefix alone', async () => {
    const served = await serveApp(app => {
      app.register(counter, { header: 'counted' })
      app.register(blog, undefined, { prefix: '/blog', use: header('blog') })
    })
    expect((await served.get('/count')).headers.get('x-trace')).toBe('counted')
    const posts = await served.get('/blog/posts')
    expect([await posts.json(), posts.headers.get('x-trace')]).toEqual([['first'], 'counted, blog'])
    await served.close()
  })

  test('that are missing, registered twice or cannot be mounted are clear errors', async () => {
    await expect(serveApp(app => void app.register(blog))).rejects.toMatchObject({ code: 'plugin_missing' })
    const twice = serveApp(app => {
      app.register(counter, { header: 'a' }).register(counter, { header: 'b' })
    })
    await expect(twice).rejects.toMatchObject({ code: 'plugin_duplicate' })
    const mounted = serveApp(app => void app.register(counter, { header: 'a' }, { prefix: '/x' }))
    await expect(mounted).rejects.toMatchObject({ code: 'plugin_mounted' })
  })

  test('come too late once the application has started', async () => {
    const served = await serveApp(() => undefined)
    expect(() => served.app.use(header('late'))).toThrow(/came too late/)
    expect(() => served.app.get('/late', () => 1)).toThrow()
    await served.close()
  })
})

describe('negotiation', () => {
  test('answers as the client would have it, 406 where it will have nothing there is', async () => {
    const served = await serveApp(app => {
      app.get('/report', { formats: ['json', 'csv'] }, c =>
        c.respond({
          html: () => c.html('<p>'),
          json: () => ({ n: 1 }),
          'text/csv': () => c.text('n\n1', { type: 'text/csv' }),
        }),
      )
    })
    const type = async (path: string, accept: string) => {
      const response = await served.get(path, { headers: { accept } })
      return [response.status, response.headers.get('content-type')?.split(';')[0]]
    }
    expect(await type('/report', 'text/html,*/*;q=0.1')).toEqual([200, 'text/html'])
    expect(await type('/report', 'application/json')).toEqual([200, 'application/json'])
    expect(await type('/report.json', 'text/html')).toEqual([200, 'application/json'])
    expect(await type('/report.csv', 'text/html')).toEqual([200, 'text/csv'])
    expect(await type('/report?format=csv', 'text/html')).toEqual([200, 'text/csv'])
    expect(await type('/report.json?format=csv', 'text/html')).toEqual([200, 'application/json'])
    expect(await type('/report?format=xml', '*/*')).toEqual([406, 'application/problem+json'])
    expect(await type('/report?format=', 'text/html')).toEqual([200, 'text/html'])
    expect(await type('/report', 'text/csv;q=0.9, text/html;q=0.5')).toEqual([200, 'text/csv'])
    expect((await type('/report', 'image/png'))[0]).toBe(406)
    // An error is negotiated by the same parser as an answer.
    for (const accept of [
      'text/html;q = 0.2, application/json;q=0.1',
      'text/html;q=5, application/json;charset=utf-8',
    ]) {
      expect(await type('/report', accept)).toEqual([200, 'application/json'])
      expect(await type('/nothing', accept)).toEqual([404, 'application/problem+json'])
    }
    expect((await served.get('/report')).headers.get('vary')).toMatch(/accept/i)
    await served.close()
  })

  test('an API-only application answers errors as JSON to browsers too', async () => {
    const served = await serveApp(app => void app.get('/', () => 1), { config: { apiOnly: true } })
    const response = await served.get('/nowhere', { headers: { accept: 'text/html' } })
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    await served.close()
  })
})

describe('timings', () => {
  const KEYS = ['parse', 'route', 'middleware', 'controller', 'render', 'response_write', 'total']
  const keysOf = (field: string | null) => field?.split(', ').map(entry => entry.split(';')[0])

  test('have the same keys on every path, in Server-Timing and in the log', async () => {
    const served = await serveApp(app => void app.get('/', () => 'x'), { config: { performanceLogging: true } })
    for (const path of ['/', '/nowhere', '/livez']) {
      expect(keysOf((await served.get(path)).headers.get('server-timing'))).toEqual(KEYS)
    }
    await served.close()
    const logged = served.log.filter(line => line.msg === 'request').map(line => Object.keys(line.timings as object))
    expect(logged).toEqual([KEYS, KEYS, KEYS])
  })

  test('change no answer, and tell the time of a handler from what is before it', async () => {
    const wait = (ms: number) => new Promise(resolve => setTimeout(resolve, ms))
    const served = await serveApp(
      app => {
        app.get('/now', () => ({ a: 1 }))
        app.get('/later', { under: () => wait(30).then(() => undefined) }, () => wait(60).then(() => ({ a: 2 })))
      },
      { config: { performanceLogging: true } },
    )
    expect(await (await served.get('/now')).json()).toEqual({ a: 1 })
    const later = await served.get('/later')
    expect(await later.json()).toEqual({ a: 2 })
    const durations = new Map(
      later.headers
        .get('server-timing')!
        .split(', ')
        .map(entry => entry.split(';dur=') as [string, string]),
    )
    // A timer may be early by a millisecond.
    expect(Number(durations.get('middleware'))).toBeGreaterThanOrEqual(29)
    expect(Number(durations.get('controller'))).toBeGreaterThanOrEqual(59)
    await served.close()
  })

  test('are not there when switched off', async () => {
    const served = await serveApp(app => void app.get('/', c => ({ timings: c.timings ?? null })))
    const response = await served.get('/')
    expect([response.headers.get('server-timing'), await response.json()]).toEqual([null, { timings: null }])
    await served.close()
  })
})

test('each request is one line of log, with its route and what became of it', async () => {
  const served = await serveApp(app => void app.get('/users/:id', c => ({ id: c.params.id })))
  const begin = performance.now()
  const response = await served.get('/users/7')
  await response.text()
  const tookMs = performance.now() - begin
  await served.close()
  expect(served.log[0]?.durationMs).toBeGreaterThan(0)
  expect(served.log[0]?.durationMs).toBeLessThan(tookMs + 1)
  expect(served.log).toEqual([
    {
      level: 'info',
      time: expect.any(String),
      requestId: expect.any(String),
      method: 'GET',
      path: '/users/7',
      route: '/users/:id',
      status: 200,
      durationMs: expect.any(Number),
      bytes: 10,
      msg: 'request',
    },
  ])
})

describe('health', () => {
  test('readiness follows the checks, and explains failures only to trusted clients', async () => {
    let fails = true
    const build = (trusted: string[]) =>
      serveApp(
        app => {
          app.health.add('queue', () => (fails ? Promise.reject(new Error('queue at 10.0.0.5 is down')) : undefined), {
            cacheMs: 0,
          })
        },
        { config: { health: { trusted } } },
      )
    const [stranger, friend] = [await build([]), await build(['127.0.0.0/8'])]
    const refused = await stranger.get('/readyz')
    expect([refused.status, await refused.json()]).toEqual([503, { status: 'failing' }])
    expect((await (await friend.get('/readyz')).json()).checks.queue.reason).toBe('queue at 10.0.0.5 is down')
    expect((await stranger.get('/livez')).status).toBe(200)
    fails = false
    expect((await stranger.get('/readyz')).status).toBe(200)
    await Promise.all([stranger.close(), friend.close()])
  })

  test('responses of health endpoints are never cached', async () => {
    const served = await serveApp(app => {
      app.health.add('queue', c => (fails ? Promise.reject(new Error('down')) : c), { cacheMs: 0 })
    })
    let fails = false
    const cacheControl = async (path: string) => (await served.get(path)).headers.get('cache-control')
    for (const path of ['/livez', '/healthz', '/readyz']) expect(await cacheControl(path), path).toBe('no-store')
    expect(served.log.filter(line => line.msg === 'not ready')).toEqual([])
    fails = true
    expect(await cacheControl('/readyz')).toBe('no-store')
    expect(served.log.filter(line => line.msg === 'not ready')).toMatchObject([
      { level: 'warn', health: { status: 'failing', checks: { queue: { reason: 'down' } } } },
    ])
    await served.close()
  })

  test('a misspelled option of a check is refused with the one that was meant', async () => {
    const served = await serveApp(() => undefined)
    expect(() => served.app.health.add('x', () => undefined, { timeout: 5 } as never)).toThrow(
      /health\.add\(\) has no option timeout.*timeoutMs/,
    )
    await served.close()
  })

  test('an application is not ready once it is closing', async () => {
    const served = await serveApp(() => undefined)
    const closing = served.app.close({ graceMs: 0 })
    expect((await served.app.health.report()).status).toBe('draining')
    await closing
  })
})

describe('OpenAPI', () => {
  const Product = v.object({ id: v.number(), name: v.string() })

  test('describes routes so that an independent validator accepts it', async () => {
    const served = await serveApp(
      app => {
        app.get('/page', () => 'a page')
        app.get(
          '/products/:id<int>',
          {
            name: 'product',
            summary: 'One product',
            tags: ['catalog'],
            params: v.object({ id: IntegerParam }),
            query: v.object({ fields: v.optional(v.picklist(['all', 'few'])) }),
            response: Product,
          },
          () => ({ id: 1, name: 'x' }),
        )
        app.post('/products', { body: v.omit(Product, ['id']), response: { 201: Product } }, c => c.valid.body)
      },
      { config: { openApi: { path: '/openapi.json', title: 'Shop' } } },
    )
    const document = await (await served.get('/openapi.json')).json()
    const result = await new Validator().validate(document)
    expect(result).toMatchObject({ valid: true })
    expect(Object.keys(document.paths)).toEqual(['/products/{id}', '/products'])
    const { get } = document.paths['/products/{id}']
    expect(get.operationId).toBe('product')
    expect(
      get.parameters.map((parameter: { name: string; in: string }) => `${parameter.in} ${parameter.name}`),
    ).toEqual(['path id', 'query fields'])
    expect(document.paths['/products'].post.responses['201'].content['application/json'].schema.required).toEqual([
      'id',
      'name',
    ])
    expect((await served.get('/openapi.html')).status).toBe(404)
    await served.close()
  })

  test('describes parameters by what their text means, and schemas that refer to themselves', async () => {
    interface Node {
      children: Node[]
    }
    const Node: v.GenericSchema<Node> = v.object({ children: v.array(v.lazy(() => Node)) })
    const query = v.object({
      page: orElse(v.pipe(IntegerParam, v.minValue(1)), 1),
      sort: oneOf(['name', 'price'], 'name'),
      tags: list(IntegerParam),
      since: v.optional(DateParam),
      q: v.optional(v.string()),
    })
    const served = await serveApp(app => {
      app.get('/tree/:id', { params: v.object({ id: IntegerParam }), query, response: Node }, () => ({ children: [] }))
      app.post('/tree', { body: Node }, () => 'ok')
    })
    const document = openApi(served.app.router.routes, { title: 'x', version: '1' })
    await served.close()
    const { get } = (document.paths as Record<string, Record<string, { parameters: object[] }>>)['/tree/{id}']!
    expect(get?.parameters).toEqual([
      { name: 'id', in: 'path', required: true, schema: { type: 'integer' } },
      { name: 'page', in: 'query', schema: { type: 'integer', minimum: 1, default: 1 } },
      { name: 'sort', in: 'query', schema: { type: 'string', enum: ['name', 'price'], default: 'name' } },
      { name: 'tags', in: 'query', schema: { type: 'array', items: { type: 'integer' } } },
      { name: 'since', in: 'query', schema: { type: 'string', format: 'date' } },
      { name: 'q', in: 'query', schema: { type: 'string' } },
    ])
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path]) =>
      path!.split('/'),
    )
    const at = (path: string[]) =>
      path.reduce<unknown>((json, key) => (json as Record<string, unknown> | undefined)?.[key], document)
    expect(references.length).toBeGreaterThan(3)
    expect(references.filter(path => at(path) === undefined)).toEqual([])
    expect((await new Validator().validate(document)).valid).toBe(true)
  })

  test('has a page to read it in development', async () => {
    const served = await serveApp(app => void app.get('/x', { response: Product }, () => ({ id: 1, name: 'x' })), {
      environment: 'development',
      config: { openApi: { path: '/openapi.json', title: '<Shop>' } },
    })
    const page = await (await served.get('/openapi.html')).text()
    expect(page).toContain('&lt;Shop&gt;')
    expect(page).toContain('GET /x')
    await served.close()
  })

  test('the validator would notice a mistake', async () => {
    const broken = { ...openApi([], { title: 'x', version: '1' }), paths: { '/x': { get: { parameters: 'none' } } } }
    expect((await new Validator().validate(broken)).valid).toBe(false)
  })
})

test('an application listens where its configuration says, unless it is given a path', async () => {
  const create = () => createApp({ environment: 'test', config: { http: { host: '127.0.0.2', port: 0 } } })
  const configured = create()
  const { address, port } = await configured.listen()
  expect([address, port > 0]).toEqual(['127.0.0.2', true])
  await configured.close({ graceMs: 0 })
  const folder = mkdtempSync(join(tmpdir(), 'arlen-listen-'))
  const path = join(folder, 'socket')
  const local = create()
  await local.listen({ path })
  expect(statSync(path).isSocket()).toBe(true)
  await local.close({ graceMs: 0 })
  rmSync(folder, { recursive: true })
})

test('resources of an application start in order and stop in reverse', async () => {
  const trace: string[] = []
  const served = await serveApp(app => {
    app.onStart('one', () => void trace.push('start one')).onStop('one', () => void trace.push('stop one'))
    app.onStart('two', () => void trace.push('start two')).onStop('two', () => void trace.push('stop two'))
  })
  await served.close()
  expect(trace).toEqual(['start one', 'start two', 'stop two', 'stop one'])
})

test('two applications of one process share nothing', async () => {
  const [a, b] = await Promise.all(
    ['a', 'b'].map(name => serveApp(app => void app.get('/', { name }, c => c.urlFor(name as never)))),
  )
  expect(await (await a!.get('/')).text()).toBe('/')
  expect(() => (b!.app.router.urlFor as (name: string) => string)('a')).toThrow()
  await Promise.all([a!.close(), b!.close()])
})

test('recurring work is done from the start of an application to its end', async () => {
  let times = 0
  const third = Promise.withResolvers<void>()
  const served = await serveApp(app => {
    app.every('counting', 5, () => {
      if (++times === 3) third.resolve()
    })
    expect(times).toBe(0)
  })
  await third.promise
  await served.close()
  const until = times
  // Another application's work shows that its time has passed.
  const tenth = Promise.withResolvers<void>()
  let others = 0
  const other = await serveApp(app => {
    app.every('counting', 5, () => {
      if (++others === 10) tenth.resolve()
    })
  })
  await tenth.promise
  await other.close()
  expect(times).toBe(until)
})

test.each([['10.0.0.0/99'], ['somewhere'], ['10.0.0.0/x']])(
  'health.trusted with %s is refused with what it takes',
  entry => {
    const config = { health: { trusted: [entry] } }
    return expect(serveApp(() => undefined, { config })).rejects.toMatchObject({
      code: 'address_invalid',
      message: expect.stringContaining('CIDR range or one of loopback'),
    })
  },
)

test.each([['loopback'], ['127.0.0.1'], ['::1', '127.0.0.0/8']])(
  'health.trusted takes %s as trustedProxies does',
  async (...trusted) => {
    const served = await serveApp(app => app.health.add('cache', () => undefined), { config: { health: { trusted } } })
    const report = await (await served.get('/readyz')).json()
    await served.close()
    expect(report.checks).toHaveProperty('cache')
  },
)

import { describeSecurity } from '@arlen/core'
import { bearer, createAuthentication } from '@arlen/session'
import { Validator } from '@seriousme/openapi-schema-validator'
import * as v from 'valibot'
import { expect, test } from 'vitest'
import { type App, type AppOptions, IntegerParam, openApi } from '../src/index.ts'
import { serveApp } from './serve-app.ts'

interface Document {
  paths: Record<string, Record<string, Operation>>
  components: { securitySchemes?: object }
}

interface Operation {
  operationId?: string
  requestBody?: { content: Record<string, { schema: Record<string, unknown> }> }
  parameters: { name: string; in: string; schema: object }[]
  responses: Record<string, { content?: object }>
  security?: object[]
}

const Item = v.object({ id: v.number() })

/** The document of an application as it serves it, which an independent validator has accepted. */
async function documentOf(build: (app: App) => void, options: AppOptions = {}): Promise<Document> {
  const served = await serveApp(build, {
    ...options,
    config: { openApi: { path: '/openapi.json' }, ...options.config },
  })
  const document = await (await served.get('/openapi.json')).json()
  await served.close()
  expect(await new Validator().validate(document)).toMatchObject({ valid: true })
  return document
}

const operationsOf = ({ paths }: Document) =>
  Object.entries(paths).flatMap(([path, methods]) => Object.keys(methods).map(method => `${method} ${path}`))

test('an application without pages lists all of its own routes, with or without schemas', async () => {
  const document = await documentOf(
    app => {
      app.get('/', () => ({ ok: true }))
      app.get('/items/:id<int>', () => ({ id: 1 }))
      app.delete('/items/:id', c => c.empty())
      app.post('/items', { query: v.object({ dry: v.optional(v.string()) }) }, () => ({ id: 1 }))
      app.get('/hidden', { openApi: false }, () => 'x')
      app.group('/internal', { openApi: false }, internal => {
        internal.get('/a', { response: Item }, () => ({ id: 1 }))
        internal.get('/b', { response: Item, openApi: true }, () => ({ id: 1 }))
      })
    },
    { config: { apiOnly: true, openApi: { path: '/openapi.json' } } },
  )
  expect(operationsOf(document)).toEqual([
    'get /',
    'get /items/{id}',
    'delete /items/{id}',
    'post /items',
    'get /internal/b',
  ])
})

test('of an application with pages, those are left out, and what is of the API is in it', async () => {
  const body = v.object({ name: v.string() })
  const document = await documentOf(app => {
    app.get('/page', { query: v.object({ q: v.optional(v.string()) }) }, () => 'a page')
    app.post('/sign-up', { body, invalid: () => 'the form again' }, () => 'x')
    app.get('/items', { response: v.array(Item) }, () => [])
    app.post('/items', { body }, () => 'x')
    app.group('/api', { csrfExempt: 'no cookies' }, api => {
      api.get('/hello', () => ({ hello: 'x' }))
      api.delete('/items/:id', c => c.empty())
    })
    app.group('/rpc', { openApi: true }, rpc => rpc.get('/time', () => ({ now: 1 })))
  })
  expect(operationsOf(document)).toEqual([
    'get /items',
    'post /items',
    'get /api/hello',
    'delete /api/items/{id}',
    'get /rpc/time',
  ])
})

test('statuses are those that the route declares; one schema stands for 200 of a GET and any success of others', async () => {
  const { paths } = await documentOf(app => {
    app.get('/one', { response: Item }, () => ({ id: 1 }))
    app.put('/one', { response: Item }, () => ({ id: 1 }))
    app.post('/many', { body: Item, response: { 201: Item, 204: null, 409: Item } }, () => ({ id: 1 }))
  })
  const statuses = (path: string, method: string) => Object.keys(paths[path]![method]!.responses)
  expect(statuses('/one', 'get')).toEqual(['200', 'default'])
  expect(statuses('/one', 'put')).toEqual(['2XX', 'default'])
  expect(statuses('/many', 'post')).toEqual(['201', '204', '409', '422', 'default'])
  expect(paths['/many']!.post!.responses['204']!.content).toBeUndefined()
})

test('a route of any method is described under each that OpenAPI knows, unless another route names it', async () => {
  const { paths } = await documentOf(app => {
    app.get('/x', { openApi: true, summary: 'named' }, () => ({ id: 1 }))
    app.any('/x', { openApi: true, summary: 'any' }, () => ({ id: 1 }))
    app.adding(['POST', 'PURGE'])('/y', { openApi: true }, () => ({ id: 1 }))
  })
  const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace']
  expect(Object.keys(paths['/x']!)).toEqual(methods)
  expect(methods.map(method => (paths['/x']![method] as { summary?: string }).summary)).toEqual([
    'named',
    ...methods.slice(1).map(() => 'any'),
  ])
  expect(Object.keys(paths['/y']!)).toEqual(['post'])
})

test('security schemes are those of the guards and middleware before a route', async () => {
  const pass = () => undefined
  const bearer = { bearer: { type: 'http', scheme: 'bearer' } } as const
  const key = { key: { type: 'apiKey', in: 'header', name: 'X-Key' } } as const
  const requireToken = describeSecurity(() => undefined, { schemes: bearer, scopes: ['read'] })
  const requireWrite = describeSecurity(() => undefined, { schemes: bearer, scopes: ['write'] })
  const either = describeSecurity(() => undefined, { schemes: { ...bearer, ...key } })
  const maybe = describeSecurity(() => undefined, { schemes: bearer, optional: true })
  const document = await documentOf(app => {
    app.get('/open', { response: Item, under: pass }, () => ({ id: 1 }))
    app.group('/read', { under: [pass, requireToken] }, read => {
      read.get('/', { response: Item }, () => ({ id: 1 }))
      read.post('/', { response: Item, under: requireWrite }, () => ({ id: 1 }))
      read.put('/', { response: Item, under: either }, () => ({ id: 1 }))
    })
    app.get('/either', { response: Item, under: either }, () => ({ id: 1 }))
    app.get('/maybe', { response: Item, under: maybe }, () => ({ id: 1 }))
  })
  const { paths, components } = document
  expect(components.securitySchemes).toEqual({ ...bearer, ...key })
  expect(paths['/open']!.get!.security).toBeUndefined()
  expect(Object.keys(paths['/open']!.get!.responses)).not.toContain('401')
  expect(paths['/read']!.get!.security).toEqual([{ bearer: ['read'] }])
  expect(Object.keys(paths['/read']!.get!.responses)).toEqual(['200', '401', '403', 'default'])
  expect(paths['/read']!.post!.security).toEqual([{ bearer: ['read', 'write'] }])
  expect(paths['/read']!.put!.security).toEqual([{ bearer: ['read'] }])
  expect(paths['/either']!.get!.security).toEqual([{ bearer: [] }, { key: [] }])
  expect(paths['/maybe']!.get!.security).toEqual([{ bearer: [] }, {}])
})

test('paths are written as OpenAPI has them, with names that no two operations share', async () => {
  const { paths } = await documentOf(app => {
    app.get('/files/*path', { openApi: true }, () => '')
    app.get('/at/:day<date>/:hour<int>?', { openApi: true, name: 'at' }, () => '')
    app.get('/literal/\\:x', { openApi: true }, () => '')
    app.adding(['GET', 'POST'])(
      '/both/:id',
      { openApi: true, name: 'both', params: v.object({ id: IntegerParam }) },
      () => '',
    )
  })
  expect(Object.keys(paths)).toEqual(['/files/{path}', '/at/{day}', '/at/{day}/{hour}', '/literal/:x', '/both/{id}'])
  expect(paths['/at/{day}/{hour}']!.get!.parameters[1]).toMatchObject({ name: 'hour', schema: { type: 'integer' } })
  expect([paths['/at/{day}']!.get!.operationId, paths['/at/{day}/{hour}']!.get!.operationId]).toEqual(['at', 'at.get'])
  expect([paths['/both/{id}']!.get!.operationId, paths['/both/{id}']!.post!.operationId]).toEqual(['both', 'both.post'])
})

test('an environment without a document has neither it nor its page', async () => {
  const served = await serveApp(app => void app.get('/x', { response: Item }, () => ({ id: 1 })), {
    environment: 'development',
    config: { openApi: false },
  })
  expect((await served.get('/openapi.json')).status).toBe(404)
  expect((await served.get('/openapi.html')).status).toBe(404)
  await served.close()
})

test('development says which routes were taken for pages, and health routes are not among them', async () => {
  const served = await serveApp(
    app => {
      app.get('/perhaps', () => ({ a: 1 }))
      app.get('/page', { openApi: false }, () => 'x')
    },
    { environment: 'development', config: { openApi: { path: '/openapi.json' } } },
  )
  await served.close()
  expect(served.log.filter(line => String(line.msg).includes('OpenAPI'))).toMatchObject([{ routes: ['GET /perhaps'] }])
})

test('the function includes pages if told that there are none', async () => {
  const served = await serveApp(app => void app.get('/x', () => ({ a: 1 })))
  const { routes } = served.app.router
  await served.close()
  expect(openApi(routes, { title: 'x', version: '1' }).paths).toEqual({})
  expect(Object.keys(openApi(routes, { title: 'x', version: '1' }, { apiOnly: true }).paths as object)).toEqual(['/x'])
})

test('an API behind the bearer tokens of @arlen/session has their scheme and scopes, and its handlers a typed user', async () => {
  const auth = createAuthentication<{ id: number; name: string }>({
    idOf: user => user.id,
    schemes: [
      bearer({ verify: token => (token === 't' ? { user: { id: 1, name: 'Ada' }, scopes: ['read'] } : undefined) }),
    ],
  })
  const served = await serveApp(
    app => {
      app.group('/me', { under: auth.requireUser }, me => {
        me.get('/', c => ({ name: c.user.name }))
        me.get('/read', { under: auth.requireScope('read') }, c => ({ id: c.user.id }))
      })
    },
    { config: { apiOnly: true, openApi: { path: '/openapi.json' } } },
  )
  const document = (await (await served.get('/openapi.json')).json()) as Document
  const as = (token: string) => ({ headers: { authorization: `Bearer ${token}` } })
  expect(await (await served.get('/me', as('t'))).json()).toEqual({ name: 'Ada' })
  const refused = await served.get('/me')
  expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, expect.stringContaining('Bearer')])
  await served.close()
  expect(await new Validator().validate({ ...document })).toMatchObject({ valid: true })
  const [name] = Object.keys(document.components.securitySchemes ?? {})
  expect(document.components.securitySchemes).toMatchObject({ [name!]: { type: 'http', scheme: 'bearer' } })
  expect(document.paths['/me']!.get!.security).toEqual([{ [name!]: [] }])
  expect(document.paths['/me/read']!.get!.security).toEqual([{ [name!]: ['read'] }])
})

test('a path keeps the slash at its end', async () => {
  const { paths } = await documentOf(app => {
    app.get('/folder/:id/', { openApi: true }, () => '')
    app.get('/file/:id', { openApi: true }, () => '')
  })
  expect(Object.keys(paths)).toEqual(['/folder/{id}/', '/file/{id}'])
})

test('what a route says about itself is in its operation, and nothing where it says nothing', async () => {
  const { paths } = await documentOf(app => {
    app.get('/told', { openApi: true, summary: 'Lists', description: 'All of them', tags: ['a', 'b'] }, () => '')
    app.get('/silent', { openApi: true }, () => '')
  })
  expect(paths['/told']!.get).toMatchObject({ summary: 'Lists', description: 'All of them', tags: ['a', 'b'] })
  for (const name of ['summary', 'description', 'tags', 'requestBody', 'security']) {
    expect(paths['/silent']!.get).not.toHaveProperty(name)
  }
})

test('the page of development shows each operation, with which parameters are required', async () => {
  const served = await serveApp(
    app => {
      const query = v.object({ page: v.optional(IntegerParam), q: v.string() })
      app.get('/items/:id', { response: Item, query, summary: 'Finds <one>' }, () => ({ id: 1 }))
      app.get('/bare', { response: Item }, () => ({ id: 1 }))
    },
    { environment: 'development', config: { openApi: { path: '/openapi.json', title: 'Shop', version: '2.1' } } },
  )
  const page = await (await served.get('/openapi.html')).text()
  await served.close()
  expect(page).toContain('<h1>Shop <small>2.1</small></h1>')
  expect(page).toContain('<summary><code>GET /items/{id}</code> Finds &lt;one&gt;</summary>')
  expect(page).toContain('<td><code>id</code></td><td>path, required</td>')
  expect(page).toContain('<td><code>page</code></td><td>query</td>')
  expect(page).toContain('<td><code>q</code></td><td>query, required</td>')
  expect(page.match(/<table>/g)).toHaveLength(1)
})

test('path parameters have the types of their constraints', async () => {
  const { paths } = await documentOf(app => {
    app.get('/x/:n<int>/:id<uuid>/:slug<slug>/:any', { openApi: true }, () => '')
  })
  const { parameters } = paths['/x/{n}/{id}/{slug}/{any}']!.get!
  expect(parameters.map(({ schema }) => schema)).toEqual([
    { type: 'integer' },
    { type: 'string', format: 'uuid' },
    { type: 'string' },
    { type: 'string' },
  ])
})

test('a body with files is a form, any other JSON', async () => {
  const { paths } = await documentOf(app => {
    app.post('/photo', { body: v.object({ photo: v.file() }), openApi: true }, () => '')
    app.post('/blob', { body: v.object({ photo: v.blob() }), openApi: true }, () => '')
    app.post('/text', { body: v.object({ text: v.string() }), openApi: true }, () => '')
  })
  const types = (path: string) => Object.keys(paths[path]!.post!.requestBody!.content)
  const form = ['multipart/form-data']
  expect([types('/photo'), types('/blob'), types('/text')]).toEqual([form, form, ['application/json']])
})

test('an action of an application’s own may have options of any kind', async () => {
  const even = { ...v.check((n: number) => n % 2 === 0), type: 'even', options: { strict: true } }
  const { paths } = await documentOf(app => {
    app.post('/x', { body: v.object({ n: v.pipe(v.number(), even) }) }, () => ({}))
  })
  const { schema } = paths['/x']!.post!.requestBody!.content['application/json']!
  expect(schema).toMatchObject({ properties: { n: { type: 'number' } } })
})

test('a list that is bounded before its items are looked at is described with its items, and a transformed one without', async () => {
  const list = v.pipe(v.array(v.unknown()), v.maxLength(50), v.array(Item))
  const transformed = v.pipe(
    v.array(v.unknown()),
    v.transform(items => items.slice(1)),
    v.array(Item),
  )
  const { paths } = await documentOf(app => {
    const plain = v.pipe(v.array(Item), v.maxLength(5))
    app.post(
      '/x',
      { body: v.object({ list, transformed, plain, text: v.pipe(v.string(), v.minLength(2)) }) },
      () => ({}),
    )
  })
  const { schema } = paths['/x']!.post!.requestBody!.content['application/json']!
  const { properties } = schema as { properties: Record<string, object> }
  expect(properties.list).toEqual({
    type: 'array',
    maxItems: 50,
    items: { type: 'object', properties: { id: { type: 'number' } }, required: ['id'] },
  })
  expect(properties.transformed).toEqual({ type: 'array', items: {} })
  expect(properties.plain).toEqual({ ...properties.list, maxItems: 5 })
  expect(properties.text).toEqual({ type: 'string', minLength: 2 })
})

test('documented errors match the responses, member by member', async () => {
  const served = await serveApp(
    app => {
      app.post('/x', { body: Item, openApi: true }, () => 'x')
    },
    { config: { openApi: { path: '/openapi.json' }, session: { enabled: false } } },
  )
  const init = { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } }
  const problem = await (await served.get('/x', init)).json()
  const { Problem } = (await (await served.get('/openapi.json')).json()).components.schemas
  await served.close()
  const { items } = Problem.properties.errors
  expect(Object.keys(problem.errors[0])).toEqual(items.required)
  expect(Object.keys(items.properties)).toEqual(items.required)
  expect(Object.keys(problem)).toEqual(expect.arrayContaining(Problem.required))
  expect(Object.keys(Problem.properties)).toEqual(expect.arrayContaining(Object.keys(problem)))
  const typeOf = (value: unknown) =>
    Array.isArray(value) ? 'array' : Number.isInteger(value) ? 'integer' : (typeof value as string)
  for (const [described, given] of [
    [Problem.properties, problem],
    [items.properties, problem.errors[0]],
  ]) {
    for (const [name, value] of Object.entries(given)) expect(typeOf(value), name).toBe(described[name].type)
  }
  expect(Problem.required).toEqual(['type', 'title', 'status', 'code', 'correlationId'])
  expect(items.required).toEqual(['path', 'code', 'message'])
  expect([Problem.type, items.type]).toEqual(['object', 'object'])
  expect(Problem.properties.status).toEqual({ type: 'integer', minimum: 400, maximum: 599 })
})

test.each([
  [{ apiOnly: true }, ['Bearer']],
  [{ apiOnly: true, session: { enabled: true } }, ['Bearer', 'Session']],
  [{}, ['Bearer', 'Session']],
])('sessions are a way to authenticate only in applications that have them: %j', async (config, schemes) => {
  const auth = createAuthentication<{ id: number }>({
    idOf: user => user.id,
    findUser: () => undefined,
    schemes: [bearer({ verify: () => undefined })],
  })
  const served = await serveApp(
    app => void app.get('/me', { under: auth.requireUser, openApi: true }, () => ({ a: 1 })),
    { config: { ...config, openApi: { path: '/openapi.json' } } },
  )
  const document = (await (await served.get('/openapi.json')).json()) as Document
  await served.close()
  expect(Object.keys(document.components.securitySchemes ?? {}).sort()).toEqual(schemes)
  expect(document.paths['/me']!.get!.security).toEqual(schemes.map(name => ({ [name]: [] })))
})

test('a schema of another kind is described as it describes itself, else as one that takes anything', async () => {
  const standard = { version: 1, vendor: 'ours', validate: (value: unknown) => ({ value }) } as const
  const jsonSchema = {
    input: ({ target }: { target: string }) => ({ $schema: target, type: 'string', format: 'sent' }),
    output: ({ target }: { target: string }) => ({ $schema: target, type: 'string', format: 'received' }),
  }
  const { paths } = await documentOf(app => {
    const described = { '~standard': { ...standard, jsonSchema } }
    app.post('/described', { body: described, response: { 200: described } }, () => 'x')
    app.post('/silent', { body: { '~standard': standard }, openApi: true }, () => 'x')
  })
  const bodyOf = (path: string) => paths[path]!.post!.requestBody!.content['application/json']!.schema
  expect(bodyOf('/described')).toEqual({ type: 'string', format: 'sent' })
  expect(paths['/described']!.post!.responses['200']!.content).toEqual({
    'application/json': { schema: { type: 'string', format: 'received' } },
  })
  expect(bodyOf('/silent')).toEqual({})
})

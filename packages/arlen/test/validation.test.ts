import { serve } from '@arlen/http'
import { createRouter } from '@arlen/router'
import * as v from 'valibot'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { HttpError, IntegerParam, list } from '../src/index.ts'
import { type Served, serveApp } from './serve-app.ts'

const NewUser = v.object({
  email: v.pipe(v.string(), v.email('Must be an e-mail address.')),
  password: v.pipe(v.string(), v.minLength(8, 'Must have at least 8 characters.')),
})

let served: Served
beforeAll(async () => {
  const config = { session: { enabled: false } }
  served = await serveApp(
    app => {
      app.post(
        '/users/:id',
        {
          params: v.object({ id: IntegerParam }),
          query: v.object({ tag: list(v.string()), page: v.optional(IntegerParam, '1') }),
          headers: v.object({ 'x-tenant': v.string() }),
          body: NewUser,
        },
        c => ({ ...c.valid, email: c.param('email'), id: c.param('id') }),
      )
      app.post(
        '/form',
        {
          body: NewUser,
          invalid: c =>
            c.json({
              email: c.form.value('email'),
              password: c.form.value('password') ?? null,
              errors: c.form.errors('email'),
            }),
        },
        c => c.valid.body,
      )
      app.post(
        '/taken',
        { body: NewUser, invalid: c => c.json({ email: c.form.value('email'), errors: c.form.errors('email') }) },
        async c => {
          const errors = [{ path: '/body/email', code: 'taken', message: 'Is taken.' }]
          if (c.valid.body.email === 'taken@x.example') {
            throw new HttpError(409, 'taken', { errors, headers: { 'Retry-After': '60' } })
          }
          if (c.valid.body.email === 'broken@x.example') throw new HttpError(500, 'internal_error', { errors })
          throw new HttpError(410)
        },
      )
      app.get(
        '/async',
        {
          query: v.objectAsync({
            q: v.pipeAsync(
              v.string(),
              v.checkAsync(async q => q === 'yes', 'Must be yes.'),
            ),
          }),
        },
        c => c.valid.query,
      )
      app.get(
        '/cross',
        {
          query: v.pipe(
            v.object({ from: IntegerParam, to: IntegerParam }),
            v.forward(
              v.check(({ from, to }) => from <= to, 'Must not be before from.'),
              ['to'],
            ),
          ),
        },
        c => c.valid.query,
      )
      app.get(
        '/answer',
        { query: v.object({ n: v.optional(v.string(), '1') }), response: v.object({ n: v.number(), at: v.string() }) },
        c => ({
          n: c.valid.query.n === '1' ? 1 : 'one',
          at: new Date(0),
        }),
      )
    },
    { config },
  )
})
afterAll(() => served.close())

const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  served.get(path, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  })

describe('a request', () => {
  test('that fits is handed over as the schemas put it out', async () => {
    const body = { email: 'a@b.example', password: 'correct horse', extra: 1 }
    const response = await post('/users/7?tag=a&tag=b', body, { 'X-Tenant': 'acme' })
    expect(await response.json()).toEqual({
      params: { id: 7 },
      query: { tag: ['a', 'b'], page: 1 },
      headers: { 'x-tenant': 'acme' },
      body: { email: 'a@b.example', password: 'correct horse' },
      email: 'a@b.example',
      id: '7',
    })
  })

  test('with mistakes in every part hears of all of them at once, in order', async () => {
    const response = await post('/users/x?page=1&page=2', { email: 'nobody' })
    expect(response.status).toBe(422)
    const { code, errors } = await response.json()
    expect(code).toBe('validation_failed')
    expect(errors).toEqual([
      { path: '/path/id', code: 'regex', message: 'Must be a whole number.' },
      { path: '/query/page', code: 'string', message: 'Must be given once.' },
      { path: '/header/x-tenant', code: 'required', message: 'Is required.' },
      { path: '/body/email', code: 'email', message: 'Must be an e-mail address.' },
      { path: '/body/password', code: 'required', message: 'Is required.' },
    ])
  })

  test('never gets back what it sent, and neither does the log', async () => {
    const secret = 'kS8f2jQpZ1vB7nXw4mTr9yLc'
    const before = served.log.length
    const response = await post(`/users/${secret}?page=${secret}`, { email: secret, password: secret.slice(0, 7) })
    expect(response.status).toBe(422)
    expect(await response.text()).not.toContain(secret)
    const lines = served.log.slice(before).map(({ path: _, ...line }) => line)
    expect(JSON.stringify(lines)).not.toContain(secret)
  })

  test('whose body is not JSON is 400, of another type 415', async () => {
    const broken = await served.get('/users/1', {
      method: 'POST',
      body: '{',
      headers: { 'content-type': 'application/json', 'x-tenant': 'a' },
    })
    expect(broken.status).toBe(400)
    const text = await served.get('/users/1', {
      method: 'POST',
      body: 'x',
      headers: { 'content-type': 'text/plain', 'x-tenant': 'a' },
    })
    expect([text.status, (await text.json()).code]).toEqual([415, 'body_unsupported'])
  })

  test('with thousands of mistakes hears of a hundred', async () => {
    const many = await serveApp(app => {
      app.post('/', { body: v.array(v.number()) }, c => c.valid.body)
    })
    const body = JSON.stringify(Array.from({ length: 3000 }, () => 'x'))
    const response = await many.get('/', { method: 'POST', body, headers: { 'content-type': 'application/json' } })
    expect((await response.json()).errors).toHaveLength(100)
    await many.close()
  })
})

test('a form that is refused gets its values and messages back, without the password', async () => {
  const response = await served.get('/form', {
    method: 'POST',
    body: new URLSearchParams({ email: 'nobody', password: 'short' }),
  })
  expect(response.status).toBe(422)
  expect(await response.json()).toEqual({
    email: 'nobody',
    password: null,
    errors: ['Must be an e-mail address.'],
  })
})

test('errors thrown by a handler are also shown in the form; others are answered as usual', async () => {
  const send = (email: string) =>
    served.get('/taken', { method: 'POST', body: new URLSearchParams({ email, password: 'long enough' }) })
  const taken = await send('taken@x.example')
  expect(taken.status).toBe(409)
  expect(taken.headers.get('retry-after')).toBe('60')
  expect(await taken.json()).toEqual({ email: 'taken@x.example', errors: ['Is taken.'] })
  expect((await (await send('other@x.example')).json()).code).toBe('gone')
  const broken = await send('broken@x.example')
  expect(broken.status).toBe(500)
  expect((await broken.json()).code).toBe('internal_error')
})

test('asynchronous and cross-field checks take part', async () => {
  expect((await served.get('/async?q=yes')).status).toBe(200)
  expect((await (await served.get('/async?q=no')).json()).errors[0].message).toBe('Must be yes.')
  const { errors } = await (await served.get('/cross?from=2&to=1')).json()
  expect(errors).toEqual([{ path: '/query/to', code: 'check', message: 'Must not be before from.' }])
})

test('an answer that breaks its schema is an error in tests, and passes in production', async () => {
  expect(await (await served.get('/answer')).json()).toEqual({ n: 1, at: '1970-01-01T00:00:00.000Z' })
  expect((await served.get('/answer?n=2')).status).toBe(500)
  expect(JSON.stringify(served.log)).toContain(
    'The response of GET /answer does not match its schema. /n: Must be number.',
  )
  const production = await serveApp(
    app => {
      app.get('/', { response: v.object({ n: v.number() }) }, () => ({ n: 'one' }))
    },
    { environment: 'production', config: { session: { enabled: false } } },
  )
  expect((await production.get('/')).status).toBe(200)
  await production.close()
})

test('any other Standard Schema is as good', async () => {
  const even = {
    '~standard': {
      version: 1 as const,
      vendor: 'ours',
      validate: (value: unknown) => {
        const n = Number((value as { n?: string }).n)
        return n % 2 === 0 ? { value: n } : { issues: [{ message: 'Must be even.', path: ['n'] }] }
      },
    },
  }
  const own = await serveApp(app => {
    app.get('/', { query: even }, c => ({ half: c.valid.query as number }))
  })
  expect(await (await own.get('/?n=4')).json()).toEqual({ half: 4 })
  expect((await (await own.get('/?n=3')).json()).errors).toEqual([
    { path: '/query/n', code: 'invalid', message: 'Must be even.' },
  ])
  await own.close()
})

test.each([
  '0',
  '7',
  '-7',
  '-0',
  '00',
  '+1',
  '1.0',
  '1e3',
  '9007199254740991',
  '9007199254740992',
  '-9007199254740992',
])('a path by <int> and a query by IntegerParam take %s alike', async text => {
  const served = await serveApp(app => {
    app.get('/path/:n<int>', () => 'taken')
    app.get('/query', { query: v.object({ n: IntegerParam }) }, () => 'taken')
  })
  const [path, query] = await Promise.all([
    served.get(`/path/${encodeURIComponent(text)}`),
    served.get(`/query?n=${encodeURIComponent(text)}`),
  ])
  await served.close()
  expect(path.ok).toBe(query.ok)
})

test.each([
  ['GET', '/nowhere', 404, 'not_found'],
  ['DELETE', '/there', 405, 'method_not_allowed'],
  ['GET', '/%ff', 400, 'path_malformed'],
])('%s %s is told in the same words as by the router alone', async (method, path, status, code) => {
  const served = await serveApp(app => void app.get('/there', () => 'x'))
  const router = createRouter()
  router.get('/there', () => 'x')
  const alone = await serve(router.handler() as never, { port: 0 })
  const problems = await Promise.all(
    [served.url, `http://127.0.0.1:${alone.address?.port}`].map(async url => {
      const { title, detail, ...rest } = (await (await fetch(url + path, { method })).json()) as Record<string, unknown>
      return { title, detail, status: rest.status, code: rest.code }
    }),
  )
  await Promise.all([served.close(), alone.close({ graceMs: 0 })])
  expect(problems[0]).toMatchObject({ status, code })
  expect(problems[0]).toEqual(problems[1])
})

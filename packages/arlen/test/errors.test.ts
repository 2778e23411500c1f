import { cors } from '@arlen/security'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ArlenError, HttpError } from '../src/index.ts'
import { type Served, serveApp } from './serve-app.ts'

const SECRET = 'postgres://admin:hunter2@db.internal'

let served: Served
beforeAll(async () => {
  served = await serveApp(
    app => {
      app.get('/throws', () => {
        throw new Error(SECRET)
      })
      app.get('/rejects', () => Promise.reject(new Error(SECRET)))
      app.get('/throws-text', () => {
        throw SECRET
      })
      app.get('/throws-undefined', () => {
        throw undefined
      })
      app.get('/arlen-error', () => {
        throw new ArlenError('internal_thing', SECRET)
      })
      app.get('/teapot', () => {
        throw new HttpError(418, 'no_coffee', { detail: 'Short and stout.', headers: { 'x-pot': '1' } })
      })
      app.get('/nothing', () => undefined)
      app.get('/function', () => () => 1)
      app.get('/late', c => {
        setTimeout(() => Promise.reject(new Error('late')).catch(error => c.log.error({ err: error }, 'late')), 1)
        return 'ok'
      })
      app.get('/stream', c =>
        c.stream(
          (async function* () {
            yield 'half'
            throw new Error(SECRET)
          })(),
        ),
      )
      app.get('/handled', () => {
        throw new RangeError('handled')
      })
      app.get('/handler-fails', () => {
        throw new SyntaxError('the handler of this fails')
      })
      app.onError(error => {
        if (error instanceof RangeError) return { handled: true }
        if (error instanceof SyntaxError) throw new Error(SECRET)
      })
    },
    { environment: 'production', config: { session: { enabled: false } } },
  )
})
afterAll(() => served.close())

describe('an error in production', () => {
  test.each(['/throws', '/rejects', '/throws-text', '/throws-undefined', '/arlen-error', '/nothing', '/function'])(
    'at %s is a 500 that tells its id and nothing else, and one line of log under the same id',
    async path => {
      const before = served.log.length
      const response = await served.get(path)
      const body = await response.json()
      expect(response.status).toBe(500)
      expect(response.headers.get('content-type')).toBe('application/problem+json')
      expect(body).toEqual({
        type: 'about:blank',
        title: 'Internal Server Error',
        status: 500,
        code: 'internal_error',
        correlationId: expect.stringMatching(/^\S{8,}$/),
      })
      expect(response.headers.get('x-request-id')).toBe(body.correlationId)
      const lines = served.log.slice(before).filter(line => line.level === 'error')
      expect(lines).toHaveLength(1)
      expect(lines[0]?.requestId).toBe(body.correlationId)
    },
  )

  test('is a page for browsers, with the same id and as little else', async () => {
    const response = await served.get('/throws', { headers: { accept: 'text/html' } })
    const html = await response.text()
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(response.headers.get('vary')).toBe('Accept')
    expect(html).toContain(response.headers.get('x-request-id'))
    expect(html).not.toContain('hunter2')
  })

  test('that is an answer says what it says, with its header fields', async () => {
    const response = await served.get('/teapot')
    expect([response.status, response.headers.get('x-pot')]).toEqual([418, '1'])
    expect(await response.json()).toMatchObject({ code: 'no_coffee', detail: 'Short and stout.' })
  })

  test('in the middle of a stream cuts the connection, and the process lives', async () => {
    const response = await served.get('/stream')
    await expect(response.text()).rejects.toThrow()
    expect((await served.get('/late')).status).toBe(200)
    await expect.poll(() => served.log.some(line => line.msg === 'late')).toBe(true)
  })
})

describe('app.onError', () => {
  test('answers what it knows', async () => {
    const response = await served.get('/handled')
    expect([response.status, await response.json()]).toEqual([500, { handled: true }])
  })

  test('that fails itself is logged and passed over', async () => {
    const response = await served.get('/handler-fails')
    expect(response.status).toBe(500)
    expect((await response.json()).code).toBe('internal_error')
    expect(served.log.some(line => line.msg === 'an error handler failed')).toBe(true)
  })
})

test('development shows what failed, where, and the source around it', async () => {
  const development = await serveApp(
    app => {
      app.get('/throws', () => {
        throw new Error('look at me')
      })
    },
    { environment: 'development' },
  )
  const problem = await (await development.get('/throws')).json()
  const page = await (await development.get('/throws', { headers: { accept: 'text/html' } })).text()
  await development.close()
  expect(problem.diagnostics[0]).toMatchObject({ stage: 'runtime', message: expect.stringContaining('look at me') })
  expect(problem.diagnostics[0].file).toContain('errors.test.ts')
  expect(problem.diagnostics[0].snippet).toContain("throw new Error('look at me')")
  expect(page).toContain('look at me')
})

test('development shows the query and the session of the request, without their secrets', async () => {
  const development = await serveApp(
    app => {
      app.get('/visit', c => {
        c.session.set('theme', 'dark')
        c.session.set('apiToken', 'hunter2')
        return c.empty()
      })
      app.get('/throws/:id', () => {
        throw new Error('look at me')
      })
      app.get('/sets-and-throws', c => {
        c.session.set('theme', 'light')
        throw new Error('look at me')
      })
    },
    { environment: 'development', config: { session: { secure: false } } },
  )
  const [cookie = ''] = (await development.get('/visit')).headers.getSetCookie()
  const path = '/throws/7?page=2&tag=a&tag=b&token=hunter2'
  const { request } = await (await development.get(path, { headers: { cookie: cookie.split(';')[0]! } })).json()
  const stranger = await (await development.get('/throws/7')).json()
  const beginner = await (await development.get('/sets-and-throws')).json()
  const page = await development.get(path, { headers: { accept: 'text/html', cookie: cookie.split(';')[0]! } })
  await development.close()
  expect(request.facts.params).toEqual({ id: '7' })
  expect(request.facts.query).toEqual({ page: '2', tag: '["a", "b"]', token: '[redacted]' })
  expect(request.facts.session).toEqual({ theme: 'dark', apiToken: '[redacted]' })
  expect(JSON.stringify(request)).not.toContain('hunter2')
  expect(stranger.request.facts.session).toBeUndefined()
  expect(beginner.request.facts.session).toEqual({ theme: 'light' })
  expect(await page.text()).toContain('<dt>theme</dt><dd>dark</dd>')
})

test('a not-found handler answers what no route does', async () => {
  const own = await serveApp(app => {
    app.notFound(c => c.text('nowhere', 404))
  })
  const response = await own.get('/x')
  await own.close()
  expect([response.status, await response.text()]).toEqual([404, 'nowhere'])
})

describe('errors of routes that browsers of several origins use', () => {
  let served: Served
  beforeAll(async () => {
    served = await serveApp(app => {
      app.use(cors({ origins: ['https://a.example', 'https://b.example'] }))
      app.get('/throws', c => {
        c.res.headers.set('Content-Security-Policy', "default-src 'none'").set('Content-Language', 'de')
        throw new Error('broken')
      })
      app.get('/refuses', () => {
        throw new HttpError(416, 'out_of_range', { headers: { Vary: 'Range' } })
      })
      app.get('/format', c => c.respond({ xml: () => '<x/>' }))
    })
  })
  afterAll(() => served.close())

  test.each([
    ['GET', '/nowhere', 404],
    ['POST', '/refuses', 405],
    ['GET', '/refuses', 416],
    ['GET', '/throws', 500],
    ['GET', '/format', 406],
  ])('%s %s is %i and depends on Origin and Accept', async (method, path, status) => {
    for (const accept of ['text/html', 'application/json']) {
      const headers = { origin: 'https://a.example', accept }
      const response = await served.get(path, { method, headers })
      expect(response.status).toBe(status)
      const vary = response.headers.get('vary')?.toLowerCase().split(/, */)
      expect(vary).toEqual(expect.arrayContaining(['origin', 'accept']))
      expect(new Set(vary).size).toBe(vary?.length)
      expect(response.headers.get('access-control-allow-origin')).toBe('https://a.example')
      expect(response.headers.get('content-security-policy')).not.toBeNull()
      expect(response.headers.get('content-language')).toBeNull()
    }
  })
})

import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { describe, expect, test } from 'vitest'
import type { AppOptions } from '../src/index.ts'
import { type Served, serveApp } from './serve-app.ts'

const cookieOf = (response: { headers: Headers }) =>
  response.headers
    .getSetCookie()
    .map(cookie => cookie.split(';')[0])
    .join('; ')

describe('by default', () => {
  test('every answer has the security headers: routes, files, errors', async () => {
    const served = await serveApp(app => {
      app.get('/', () => 'x')
      app.get('/throws', () => {
        throw new Error('x')
      })
    })
    for (const path of ['/', '/throws', '/nowhere', '/livez']) {
      const { headers } = await served.get(path)
      expect([path, headers.get('x-content-type-options')]).toEqual([path, 'nosniff'])
      expect(headers.get('content-security-policy')).toContain("object-src 'none'")
    }
    const page = await served.get('/nowhere', { headers: { accept: 'text/html' } })
    expect(page.headers.get('content-security-policy')).toMatch(/default-src 'none'; style-src 'sha256-/)
    await served.close()
  })

  test('sessions are on, and a form needs its token', async () => {
    const served = await serveApp(app => {
      app.get('/form', c => c.csrfToken())
      app.post('/form', c => {
        c.session.set('sent', true)
        return 'sent'
      })
      app.get('/session', c => ({ sent: c.session.get('sent') ?? false }))
      app.post('/hook', { csrfExempt: 'the sender signs its requests' }, () => 'taken')
      app.group('/hooks', { csrfExempt: 'their senders sign' }, hooks => {
        hooks.group('/deep', deep => void deep.post('/er', () => 'taken'))
      })
    })
    const page = await served.get('/form')
    const token = await page.text()
    const cookie = cookieOf(page)
    const send = (path: string, body: Record<string, string>, headers = {}) =>
      served.get(path, { method: 'POST', body: new URLSearchParams(body), headers: { cookie, ...headers } })
    expect((await send('/form', {})).status).toBe(403)
    expect((await (await send('/form', { csrf_token: 'x' })).json()).code).toBe('csrf_token_invalid')
    expect((await send('/form', { csrf_token: token }, { 'sec-fetch-site': 'cross-site' })).status).toBe(403)
    const sent = await send('/form', { csrf_token: token })
    expect(await sent.text()).toBe('sent')
    const after = await served.get('/session', { headers: { cookie: cookieOf(sent) } })
    expect(await after.json()).toEqual({ sent: true })
    expect([(await send('/hook', {})).status, (await send('/hooks/deep/er', {})).status]).toEqual([200, 200])
    await served.close()
  })

  test('a page that uses no session sets no cookie', async () => {
    const served = await serveApp(app => void app.get('/', () => 'x'))
    expect((await served.get('/')).headers.getSetCookie()).toEqual([])
    await served.close()
  })
})

describe('from config', () => {
  const statusOf = async (served: Served, headers: Record<string, string>) =>
    (await served.get('/', { headers })).status

  test('headers, hosts, CORS and rate limits are as it says', async () => {
    const served = await serveApp(app => void app.get('/', () => 'x'), {
      config: {
        security: {
          headers: { frameOptions: 'DENY' },
          csp: { enabled: false },
          cors: { origins: ['https://app.example'] },
          rateLimit: { limit: 3, windowMs: 60_000 },
        },
      },
    })
    const response = await served.get('/', { headers: { origin: 'https://app.example' } })
    expect(response.headers.get('x-frame-options')).toBe('DENY')
    expect(response.headers.get('access-control-allow-origin')).toBe('https://app.example')
    expect(
      (await served.get('/', { headers: { origin: 'https://evil.example' } })).headers.get(
        'access-control-allow-origin',
      ),
    ).toBeNull()
    expect([await statusOf(served, {}), await statusOf(served, {})]).toEqual([200, 429])
    await served.close()
  })

  test('another host than the listed is 421, also as a page', async () => {
    const served = await serveApp(app => void app.get('/', () => 'x'), {
      config: { security: { hosts: ['shop.example'] } },
    })
    const response = await served.get('/', { headers: { accept: 'text/html' } })
    expect(response.status).toBe(421)
    expect(await response.text()).toContain('host_not_allowed')
    await served.close()
  })

  test('violations are taken where the policy says, without a token, and cannot flood log or server', async () => {
    const csp = { reportOnly: true, reportTo: '/csp-reports' }
    const served = await serveApp(app => void app.get('/', c => c.html(c.csrfField())), {
      config: { security: { csp } },
    })
    const page = await served.get('/')
    expect(page.headers.get('content-security-policy')).toBeNull()
    expect(page.headers.get('content-security-policy-report-only')).toContain('report-uri /csp-reports; report-to csp')
    expect(page.headers.get('reporting-endpoints')).toBe('csp="/csp-reports"')
    const body = JSON.stringify({
      'csp-report': { 'effective-directive': 'img-src', 'blocked-uri': 'https://a.example' },
    })
    const headers = { 'content-type': 'application/csp-report', cookie: cookieOf(page) }
    const send = () => served.get('/csp-reports', { method: 'POST', body, headers })
    expect((await send()).status).toBe(204)
    expect(served.log.at(-2)).toMatchObject({ violation: { directive: 'img-src', blocked: 'https://a.example' } })
    const statuses = (await Promise.all(Array.from({ length: 99 }, send))).map(({ status }) => status).sort()
    expect(statuses).toEqual([...Array<number>(59).fill(204), ...Array<number>(40).fill(429)])
    // Twenty at once, and one more every three seconds, which a busy machine may take for all of this.
    const told = served.log.filter(line => 'violation' in line).length
    expect(told).toBeGreaterThanOrEqual(20)
    expect(told).toBeLessThan(40)
    expect((await served.get('/csp-reports')).status).toBe(405)
    await served.close()
  })

  test('violations that another site collects, or a route of the application, need no route of ours', async () => {
    const elsewhere = { csp: { reportTo: 'https://reports.example/csp' } }
    const away = await serveApp(() => undefined, { config: { security: elsewhere } })
    expect(away.app.routes().some(({ method }) => method === 'POST')).toBe(false)
    await away.close()
    const own = await serveApp(app => void app.post('/csp', { csrfExempt: 'reports' }, () => 'own'), {
      config: { security: { csp: { reportTo: '/csp' } } },
    })
    expect(await (await own.get('/csp', { method: 'POST' })).text()).toBe('own')
    await own.close()
    const wrong = serveApp(() => undefined, { config: { security: { csp: { reportTo: 'csp-reports' } } } })
    await expect(wrong).rejects.toMatchObject({ code: 'config_invalid' })
  })

  test('all of it can be switched off', async () => {
    const served = await serveApp(app => void app.get('/', c => c.csrfField()), {
      config: { apiOnly: true, security: { enabled: false } },
    })
    const response = await served.get('/')
    expect([response.status, response.headers.get('x-content-type-options')]).toEqual([500, null])
    await served.close()
  })

  test('production refuses to start without a secret worth the name, and lists everything that is unsafe', async () => {
    const start = (config: AppOptions['config']) =>
      serveApp(() => undefined, { environment: 'production', ...(config && { config }) })
    await expect(start({})).rejects.toMatchObject({ code: 'config_invalid' })
    const unsafe = start({ session: { secrets: ['change-me'], secure: false, csrf: false } })
    await expect(unsafe).rejects.toThrow(/has 3 problem/)
    await expect(unsafe).rejects.not.toThrow(/change-me/)
    const served = await start({ session: { secrets: ['kS8f2jQpZ1vB7nXw4mTr9yLcA0dEhGuI'] } })
    await served.close()
    await (await start({ apiOnly: true })).close()
  })
})

test('a connection is handed over to our own pages and to trusted origins, sessions or not', async () => {
  const greeting = 'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n'
  const served = await serveApp(
    app => {
      app.get('/ws', c => c.upgrade('echo', socket => socket.end(greeting)))
      app.get('/open', c => c.upgrade('echo', socket => socket.end(greeting), { crossSite: true }))
    },
    { config: { apiOnly: true, session: { trustedOrigins: ['https://app.example'] } } },
  )
  const handshake = async (path: string, origin: string) => {
    const headers = { Connection: 'Upgrade', Upgrade: 'echo', Origin: origin }
    const client = request(served.url + path, { headers }).end()
    const [answer] = (await Promise.race([once(client, 'upgrade'), once(client, 'response')])) as [IncomingMessage]
    answer.destroy()
    return answer.statusCode
  }
  expect(await handshake('/ws', served.url)).toBe(101)
  expect(await handshake('/ws', 'https://app.example')).toBe(101)
  expect(await handshake('/ws', 'https://evil.example')).toBe(403)
  expect(await handshake('/open', 'https://evil.example')).toBe(101)
  await served.close()
})

import type { HttpOptions } from '@arlen/http'
import { describe, expect, test } from 'vitest'
import { cors, hostCheck } from '../src/index.ts'
import { start } from './app.ts'

describe('cors', () => {
  const options = { origins: ['https://app.example'], credentials: true } as const

  test('answers preflights by itself, and tells caches what they depend on', async () => {
    await using app = await start(cors(options), () => expect.unreachable())
    const preflight = { origin: 'https://app.example', 'access-control-request-method': 'DELETE' }
    const { status, headers } = await app.ask('/', preflight, 'OPTIONS')
    expect(status).toBe(204)
    expect(headers.get('access-control-allow-origin')).toBe('https://app.example')
    expect(headers.get('access-control-allow-methods')).toContain('DELETE')
    expect(headers.get('access-control-max-age')).toBe('600')
    expect(headers.get('vary')).toBe('Origin, Access-Control-Request-Method, Access-Control-Request-Headers')
    const stranger = await app.ask('/', { ...preflight, origin: 'https://evil.example' }, 'OPTIONS')
    expect(stranger.headers.get('access-control-allow-origin')).toBeNull()
    expect(stranger.headers.get('access-control-allow-methods')).toBeNull()
  })

  test('lets listed origins read answers and errors, and varies also where there is no Origin', async () => {
    await using app = await start(cors(options), c => {
      if (c.req.path === '/throw') throw new Error('broken')
      return c.req.path === '/vary' ? c.text('x', { headers: { Vary: 'Accept' } }) : { ok: true }
    })
    for (const path of ['/', '/throw']) {
      const { headers } = await app.ask(path, { origin: 'https://app.example' })
      expect(headers.get('access-control-allow-origin'), path).toBe('https://app.example')
      expect(headers.get('access-control-allow-credentials'), path).toBe('true')
      expect(headers.get('vary'), path).toBe('Origin')
    }
    expect((await app.ask('/')).headers.get('vary')).toBe('Origin')
    expect((await app.ask('/vary')).headers.get('vary')).toBe('Accept, Origin')
    for (const origin of ['https://evil.example', 'null', 'https://app.example.evil.example']) {
      expect((await app.ask('/', { origin })).headers.get('access-control-allow-origin'), origin).toBeNull()
    }
  })

  test('leaves an OPTIONS that is not a preflight to the application', async () => {
    await using app = await start(cors(options), () => 'mine')
    expect((await app.ask('/', { origin: 'https://app.example' }, 'OPTIONS')).body).toBe('mine')
  })
})

test('cors with * lets any page read responses, which then depend on no origin', async () => {
  await using app = await start(cors({ origins: '*' }), () => 'open')
  for (const fields of [{ origin: 'https://any.example' }, {}] as Record<string, string>[]) {
    const { body, headers } = await app.ask('/', fields)
    expect([body, headers.get('vary')]).toEqual(['open', null])
    expect(headers.get('access-control-allow-origin')).toBe(fields.origin ? '*' : null)
    expect(headers.get('access-control-allow-credentials')).toBeNull()
  }
})

describe('the host check', () => {
  test('lets listed hosts in and answers others with 421', async () => {
    await using app = await start(hostCheck({ hosts: ['shop.example', '.shop.example'] }), () => 'ok')
    for (const host of ['shop.example', 'shop.example:8080', 'SHOP.example', 'www.shop.example']) {
      expect((await app.ask('/', { Host: host })).status, host).toBe(200)
      expect((await app.ask('/', { Host: 'evil.example' })).status).toBe(421)
    }
    const refused = await app.ask('/', { Host: 'shop.example.evil.example' })
    expect(JSON.parse(refused.body)).toMatchObject({ code: 'host_not_allowed' })
    expect(refused.body).not.toContain('evil')
  })

  test('answers for health whatever the host, and learns nothing from it', async () => {
    const check = hostCheck({ hosts: ['shop.example'], exemptPaths: ['/healthz'] })
    await using app = await start(check, () => 'ok')
    expect((await app.ask('/healthz', { Host: '10.0.0.7:3000' })).status).toBe(200)
    expect((await app.ask('/', { Host: '10.0.0.7:3000' })).status).toBe(421)
    expect((await app.ask('/healthz/x', { Host: '10.0.0.7:3000' })).status).toBe(421)
  })

  test('checks the host that a trusted proxy forwards', async () => {
    const options: HttpOptions = {
      trustedProxies: ['127.0.0.1'],
      forwardedHeader: ['x-forwarded-for', 'x-forwarded-host'],
    }
    await using app = await start(hostCheck({ hosts: ['shop.example'] }), () => 'ok', options)
    const forwarded = { 'x-forwarded-for': '192.0.2.1', 'x-forwarded-host': 'shop.example' }
    expect((await app.ask('/', { Host: 'internal', ...forwarded })).status).toBe(200)
    expect(
      (await app.ask('/', { Host: 'shop.example', ...forwarded, 'x-forwarded-host': 'evil.example' })).status,
    ).toBe(421)
  })

  test('checks the Host field if the proxy is not configured to forward another', async () => {
    const options = { trustedProxies: ['127.0.0.1'] }
    await using app = await start(hostCheck({ hosts: ['shop.example'] }), () => 'ok', options)
    const forwarded = { 'x-forwarded-for': '192.0.2.1', 'x-forwarded-host': 'shop.example' }
    expect((await app.ask('/', { Host: 'internal', ...forwarded })).status).toBe(421)
  })
})

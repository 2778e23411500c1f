import { existsSync } from 'node:fs'
import { Context, createServer, type Handler } from '@arlen/http'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cors, securityHeaders, withCspNonce } from '../src/index.ts'

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/google-chrome'].find(path => existsSync(path))
const REASON = CHROMIUM ? '' : ' (skipped: no chromium; tooling/system-deps --install brings it)'

async function start(handler: Handler): Promise<{ origin: string } & AsyncDisposable> {
  const server = createServer(handler, { context: withCspNonce(Context) })
  const { port } = await server.listen({ port: 0 })
  return { origin: `http://localhost:${port}`, [Symbol.asyncDispose]: () => server.close({ graceMs: 0 }) }
}

const WATCH = `window.violations = []
  document.addEventListener('securitypolicyviolation', e => violations.push(e.effectiveDirective))`

describe.skipIf(!CHROMIUM)(`in a browser${REASON}`, () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM!, args: ['--no-sandbox'] })
  })
  afterAll(() => browser?.close())

  async function withTab(run: (tab: Page) => Promise<void>): Promise<void> {
    const context = await browser.newContext()
    try {
      await run(await context.newPage())
    } finally {
      await context.close()
    }
  }

  const site =
    (body: (nonce: string) => string): Handler =>
    c =>
      securityHeaders()(c => {
        if (c.req.path === '/app.js') return c.text('window.ran = (window.ran ?? 0) + 1', { type: 'text/javascript' })
        if (c.req.path === '/app.css') return c.text('p { color: rgb(1, 2, 3) }', { type: 'text/css' })
        if (c.req.path !== '/') return c.empty()
        return c.html(`<!doctype html><script nonce="${c.cspNonce}">${WATCH}</script>${body(c.cspNonce)}<p>x</p>`)
      })(c)

  test('a page with nonces runs without a violation', async () => {
    const page = (nonce: string) => `<link rel="stylesheet" href="/app.css"><script src="/app.js"></script>
      <style nonce="${nonce}">p { font-weight: 700 }</style><script nonce="${nonce}">window.inline = true</script>
      <img src="data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==">`
    await using app = await start(site(page))
    await withTab(async tab => {
      await tab.goto(app.origin)
      const state =
        '({ violations, ran, inline: window.inline, color: getComputedStyle(document.querySelector("p")).color })'
      expect(await tab.evaluate(state)).toEqual({ violations: [], ran: 1, inline: true, color: 'rgb(1, 2, 3)' })
      expect(await tab.evaluate('getComputedStyle(document.querySelector("p")).fontWeight')).toBe('700')
    })
  })

  test('scripts that an attacker injects into a page do not run', async () => {
    const page = () => `<script>window.pwned = 1</script><img src="x" onerror="window.pwned = 2">
      <script src="http://127.0.0.1:9/evil.js"></script><script nonce="guess">window.pwned = 3</script>
      <base href="http://127.0.0.1:9/"><object data="/app.js"></object><style>p { color: red }</style>`
    await using app = await start(site(page))
    await withTab(async tab => {
      await tab.goto(app.origin, { waitUntil: 'load' })
      expect(await tab.evaluate('[...new Set(violations)].sort()')).toEqual([
        'base-uri',
        'object-src',
        'script-src-attr',
        'script-src-elem',
        'style-src-elem',
      ])
      expect(await tab.evaluate('window.pwned')).toBeUndefined()
      expect(await tab.evaluate('document.baseURI')).toBe(`${app.origin}/`)
    })
  })

  test('other sites cannot frame a page', async () => {
    await using app = await start(site(() => ''))
    await using evil = await start(c => c.html(`<iframe src="${app.origin}"></iframe>`))
    await withTab(async tab => {
      const refused = tab.waitForEvent('console', message => /frame/i.test(message.text()))
      await tab.goto(evil.origin.replace('localhost', '127.0.0.1'))
      expect((await refused).text()).toContain('frame-ancestors')
    })
  })

  test('only listed origins read answers of an API', async () => {
    await using friend = await start(c => c.html('friend'))
    await using stranger = await start(c => c.html('stranger'))
    const api = cors({ origins: [friend.origin] })(() => ({ secret: 1 }))
    await using app = await start(c => securityHeaders()(api)(c))
    const ask = `fetch('${app.origin}', { method: 'PUT', headers: { 'content-type': 'application/json' }, body: '{}' })
      .then(r => r.json()).catch(e => e.name)`
    await withTab(async tab => {
      await tab.goto(friend.origin)
      expect(await tab.evaluate(ask)).toEqual({ secret: 1 })
      await tab.goto(stranger.origin)
      expect(await tab.evaluate(ask)).toBe('TypeError')
    })
  })
})

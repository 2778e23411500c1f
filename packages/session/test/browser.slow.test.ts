import { existsSync } from 'node:fs'
import type { Handler } from '@arlen/http'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { csrf, type SessionOptions, session } from '../src/index.ts'
import { route, SECRET, serveHandler, type TestApp } from './app.ts'

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/google-chrome'].find(path => existsSync(path))
const REASON = CHROMIUM ? '' : ' (skipped: no chromium; tooling/system-deps --install brings it)'

let changes = 0
const shop: Handler = route({
  '/': c => c.html(`<form method="post" action="/change">${c.csrfField()}<button>Change</button></form>`),
  '/change': c => {
    changes++
    c.session.set('changes', changes)
    c.flash('notice', 'Changed')
    return c.redirect('/done')
  },
  '/done': c =>
    c.html(`<p id="notice">${c.flash('notice') ?? ''}</p><p id="count">${c.session.get('changes') ?? ''}</p>`),
  '/favicon.ico': c => c.empty(),
})

async function startShop(options: Partial<SessionOptions>): Promise<{ app: TestApp; origin: string }> {
  const app = await serveHandler(session({ secrets: [SECRET], ...options })(csrf()(shop)))
  // To a browser `localhost` and `127.0.0.1` are different sites, and the first is as good as https.
  return { app, origin: app.origin.replace('127.0.0.1', 'localhost') }
}

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

  test.each([
    ['as in production', { secure: true }, '__Host-session'],
    ['as in development', { secure: false }, 'insecure-session'],
  ])('a form with its token works, %s, and scripts do not see the cookie', async (_, options, name) => {
    const { app, origin } = await startShop(options)
    await using _app = app
    await withTab(async tab => {
      await tab.goto(origin)
      await tab.click('button')
      await tab.waitForURL(`${origin}/done`)
      expect(await tab.textContent('#notice')).toBe('Changed')
      expect(await tab.textContent('#count')).not.toBe('')
      expect(await tab.evaluate('document.cookie')).toBe('')
      const [cookie] = (await tab.context().cookies()).filter(each => each.name === name)
      expect(cookie).toMatchObject({ httpOnly: true, secure: options.secure, sameSite: 'Lax', path: '/' })
      await tab.reload()
      expect(await tab.textContent('#notice')).toBe('')
      expect(await tab.textContent('#count')).not.toBe('')
    })
  })

  test('a form that a page of another site sends is refused and changes nothing', async () => {
    const { app, origin } = await startShop({ secure: true })
    await using _app = app
    const form = (c: Parameters<Handler>[0]) =>
      c.html(`<form method="post" action="${origin}/change"><input name="csrf_token" value="guess"></form>
        <script>document.forms[0].submit()</script>`)
    await using evil = await serveHandler(form)
    await withTab(async tab => {
      await tab.goto(origin)
      const before = changes
      const answer = tab.waitForResponse(response => response.url() === `${origin}/change`)
      await tab.goto(evil.origin).catch(() => undefined) // the form may leave before the page counts as loaded
      expect((await answer).status()).toBe(403)
      expect(changes).toBe(before)
      await tab.goto(`${origin}/done`)
      expect(await tab.textContent('#count')).toBe('')
    })
  })

  test('scripts of the same site send the token in a header', async () => {
    const { app, origin } = await startShop({ secure: true })
    await using _app = app
    await withTab(async tab => {
      await tab.goto(origin)
      const status = (headers: string) =>
        tab.evaluate(
          `fetch('/change', { method: 'DELETE', headers: ${headers}, redirect: 'manual' }).then(r => r.type + r.status)`,
        )
      expect(await status('{}')).toBe('basic403')
      expect(await status(`{ 'x-csrf-token': document.querySelector('[name=csrf_token]').value }`)).toBe(
        'opaqueredirect0',
      )
    })
  })
})

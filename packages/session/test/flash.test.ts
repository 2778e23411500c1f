import { expect, test } from 'vitest'
import { type Routes, startApp } from './app.ts'

const routes: Routes = {
  '/save': c => {
    c.flash('notice', 'Saved')
    c.flash('fields', { name: ['is missing'] })
    return c.redirect('/show')
  },
  '/show': c => c.json({ notice: c.flash('notice') ?? null, fields: c.flash('fields') ?? null }),
  '/now': c => {
    c.flash('notice', 'now')
    return c.text(c.flash<string>('notice') ?? '')
  },
  '/strange': c => c.json([c.flash('toString') ?? null, c.flash('__proto__') ?? null]),
  '/other': () => 'x',
  '/write': c => {
    c.session.set('name', c.req.query.name)
    return 'ok'
  },
  '/read': c => c.json(c.session.get('name') ?? null),
}

test('a message exists for the next page that reads it, and is gone afterwards', async () => {
  await using app = await startApp(routes)
  const browser = app.browser()
  const saved = await browser.get('/save')
  expect(saved.headers.getSetCookie()).toEqual([
    expect.stringMatching(/^__Host-session-flash=1[\w-]+; Max-Age=600; Path=\/; HttpOnly; Secure; SameSite=Lax$/),
  ])
  expect((await browser.get('/other')).headers.getSetCookie()).toEqual([])
  const shown = await browser.get('/show')
  expect(await shown.json()).toEqual({ notice: 'Saved', fields: { name: ['is missing'] } })
  expect(shown.headers.get('cache-control')).toBe('no-store')
  expect(browser.jar.size).toBe(0)
  expect(await (await browser.get('/show')).json()).toEqual({ notice: null, fields: null })
})

test('what every object has is no message', async () => {
  await using app = await startApp(routes)
  const browser = app.browser()
  await browser.get('/save')
  expect(await (await browser.get('/strange')).json()).toEqual([null, null])
})

test('a message can be read where it was set', async () => {
  await using app = await startApp(routes)
  expect(await (await app.browser().get('/now')).text()).toBe('now')
})

test('reading a message does not undo what another request writes into the session', async () => {
  await using app = await startApp(routes)
  const browser = app.browser()
  await browser.get('/write?name=0')
  for (let round = 1; round <= 20; round++) {
    await browser.get('/save')
    await Promise.all([browser.get(`/write?name=${round}`), browser.get('/show')])
    expect(await (await browser.get('/read')).json()).toBe(String(round))
  }
})

test('an unread message expires after ten minutes, and a forged one is ignored', async () => {
  let now = 1e12
  await using app = await startApp(routes, { now: () => now })
  const browser = app.browser()
  await browser.get('/save')
  const other = browser.clone()
  now += 600_000
  expect(await (await browser.get('/show')).json()).toEqual({ notice: null, fields: null })
  now -= 300_000
  other.jar.set('__Host-session-flash', `${other.jar.get('__Host-session-flash')!.slice(0, -3)}abc`)
  expect(await (await other.get('/show')).json()).toEqual({ notice: null, fields: null })
})

test('a message too large for its cookie is an error, not a cookie that browsers drop', async () => {
  await using app = await startApp({ '/long': c => void c.flash('notice', 'x'.repeat(4000)) })
  const response = await app.browser().get('/long')
  expect(response.status).toBe(500)
  expect(response.headers.getSetCookie()).toEqual([])
})

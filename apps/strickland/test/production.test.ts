import { expect, test } from 'vitest'
import { csrfToken, emailOf, openShop, PASSWORD } from './shop.ts'

const { t, app, person } = await openShop('production')

test('cookies are Secure, bound to this host, and out of reach of scripts', async () => {
  await person('Hank')
  const fields = { email: emailOf('Hank'), password: PASSWORD, remember: true }
  const { cookies } = await t.visit('/login').submit('[action="/login"]', fields).status(303)
  expect(Object.keys(cookies).sort()).toEqual([
    '__Host-session',
    '__Host-session-device',
    '__Host-session-flash',
    '__Host-session-remember',
  ])
  for (const cookie of Object.values(cookies)) {
    expect(cookie).toMatchObject({ path: '/', httpOnly: true, secure: true, sameSite: 'Lax' })
    expect(cookie.domain).toBeUndefined()
  }
})

test('the cookies of development are nothing here', async () => {
  const peggy = t.as(await person('Peggy'))
  await peggy.visit('/orders').status(200)
  const renamed = Object.entries(peggy.cookies.all()).map(([name, value]) => [
    name.replace('__Host-', 'insecure-'),
    value,
  ])
  await t.visitor({ cookies: peggy.cookies }).visit('/orders').status(200)
  await t
    .visitor({ cookies: Object.fromEntries(renamed) })
    .visit('/orders')
    .status(303)
})

test('pages carry the policy that keeps foreign scripts out, and are not kept by shared caches', async () => {
  const page = await t
    .as(await person('Dale'))
    .visit('/orders')
    .status(200)
  page.expect
    .csp('default-src', "'self'")
    .header('content-security-policy', policy => !policy.includes('unsafe'))
    .header('cache-control', 'no-store')
    .cacheable(false)
    .header('x-content-type-options', 'nosniff')
  await t.get('/css/shop.css').cacheable(86_400)
})

test('there are no default accounts and no default administrators', async () => {
  expect(await app.db.value(`select count(*)::int from users where role = 'admin'`)).toBe(0)
})

test('a failure reveals only its correlation id', async () => {
  await app.db.execute('alter table categories rename to elsewhere')
  const failed = await t
    .visit('/')
    .status(500)
    .lacks(/categories|relation|select/)
  await app.db.execute('alter table elsewhere rename to categories')
  // The test sees what the visitor does not.
  expect(failed.error).toMatchObject({ code: 'undefined_table' })
  await t.visit('/').status(200)
})

test('a request for another host gets no link to that host into mail', async () => {
  await person('Kahn')
  const form = { csrf_token: await csrfToken(t), email: emailOf('Kahn') }
  await t.post('/forgot-password', { headers: { Host: 'evil.example' }, form }).status(303)
  // The shop was not told its name, so it writes no mail at all.
  const tokens = await app.db.value(`select count(*)::int from arlen_one_time_tokens where purpose = 'password-reset'`)
  expect(tokens).toBe(0)
  t.outbox.lacks()
})

test('a page never shows the host that a request made up', async () => {
  const visitor = t.visitor({ headers: { Host: 'evil.example', 'X-Forwarded-Host': 'evil.example' } })
  for (const path of ['/products/weed-torch-with-trigger-217', '/', '/login', '/nothing-here'])
    await visitor
      .visit(path)
      .lacks('evil')
      .satisfies(({ rawHeaders }) => !JSON.stringify(rawHeaders).includes('evil'))
})

test('the OpenAPI document reveals no administrators’ pages', async () => {
  await t.get('/openapi.json').contains('/api/products').lacks('admin')
})

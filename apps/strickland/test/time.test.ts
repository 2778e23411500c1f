import { expect, test } from 'vitest'
import { emailOf, openShop, PASSWORD } from './shop.ts'

const DAY = 24 * 60 * 60_000

// Not in a transaction, which the pool would not let last for days.
const { t, app, person } = await openShop('test', { clock: true })

const login = (password: string) =>
  t
    .visitor()
    .visit('/login')
    .submit('[action="/login"]', { email: emailOf('Hank'), password })

test('an idle session ends on the server too, and a remembered login outlives it by weeks', async () => {
  await person('Hank')
  const [visitor, remembered] = [t.visitor(), t.visitor()]
  for (const [each, remember] of [
    [visitor, false],
    [remembered, true],
  ] as const)
    await each.visit('/login').submit('[action="/login"]', { email: emailOf('Hank'), password: PASSWORD, remember })
  const kept = visitor.cookies.all()
  await t.clock.tick(20 * DAY)
  // A browser would no longer send the cookie, but a thief would.
  await t
    .visitor({ cookies: kept })
    .visit('/orders')
    .redirect(/^\/login/)
  await remembered.visit('/orders').status(200)
})

test('after too many wrong guesses, a login may be tried again later', async () => {
  await person('Peggy')
  for (let i = 0; i < 5; i++) await login('propane?').status(422)
  const refused = await login(PASSWORD).status(429)
  const waitS = Number(refused.headers.get('retry-after'))
  expect(waitS).toBeGreaterThan(0)
  // Wrong guesses are counted by the clock of the database, for all machines: no clock of the test moves it.
  const kept = await app.db.value<number>(
    'select ceil(extract(epoch from max(expires_at) - now()))::int from arlen_rate_limits',
  )
  expect(kept).toBeGreaterThanOrEqual(waitS - 1)
  await app.db.query('delete from arlen_rate_limits')
  await login(PASSWORD).status(303)
})

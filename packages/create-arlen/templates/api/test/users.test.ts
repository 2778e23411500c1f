import { afterEach, beforeEach, test } from 'node:test'
import { openApp, PASSWORD } from './open-app.ts'

const { t, app, db, client } = await openApp()
beforeEach(() => db.begin(app))
afterEach(() => db.rollback())

test('an account has a token after logging in, and none after logging out', async () => {
  const ada = await client('Ada@Example.com')
  await ada.get('/users/me').status(200).json('/email', 'ada@example.com')
  await ada.post('/users/logout').status(204)
  await ada.get('/users/me').status(401).problem('token_invalid')
})

test('a wrong password and an unknown address get the same answer', async () => {
  await client('ada@example.com')
  for (const email of ['ada@example.com', 'nobody@example.com']) {
    await t.post('/users/login').json({ email, password: 'not the password' }).status(401).problem('login_failed')
  }
})

test('says what is wrong with a new account', async () => {
  await t
    .post('/users')
    .json({ email: 'nonsense', password: 'short' })
    .status(422)
    .problem('validation_failed')
    .json('/errors/0/path', '/body/email')
    .json('/errors/1/path', '/body/password')
  await client('ada@example.com')
  await t.post('/users').json({ email: 'ada@example.com', password: PASSWORD }).status(422).problem('email_taken')
})

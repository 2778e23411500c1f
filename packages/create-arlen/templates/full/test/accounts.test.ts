import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import type { TestRequest, Visitor } from '@arlen/testing'
import { emailOf, openApp, PASSWORD } from './open-app.ts'

const { t, app, db, user } = await openApp()
beforeEach(() => db.begin(app))
afterEach(() => db.rollback())

const NEW = 'another long password'

const login = (visitor: Visitor, name: string, password = PASSWORD): TestRequest =>
  visitor.visit('/login').submit('main form', { email: emailOf(name), password })
const isIn = (visitor: Visitor) => visitor.visit('/notes').status(200)
const isOut = (visitor: Visitor) => visitor.visit('/notes').redirect('/login?return=%2Fnotes')

/** Asks for an e-mail and returns the link in it. */
async function linkFor(name: string): Promise<string> {
  await t
    .visit('/forgot-password')
    .submit('main form', { email: emailOf(name) })
    .redirect('/login')
  const { links } = await t.outbox.next({ to: emailOf(name) })
  const { pathname, search } = new URL(links[0]!)
  return pathname + search
}

test('signing up creates an account, logs in and greets once', async () => {
  const ada = t.visitor()
  const form = { name: 'Ada', email: 'Ada@Example.com', password: PASSWORD }
  await ada.visit('/sign-up').submit('main form', form).redirect('/')
  await ada.visit('/').text('[role=status]', 'Welcome, Ada.').text('h1', 'Hello, Ada.')
  await ada.visit('/').missing('[role=status]')
  const stored = await app.db.one<{ email: string; hash: string }>('select email, password_hash as hash from users')
  assert.equal(stored.email, 'ada@example.com')
  assert.match(stored.hash, /^\$argon2id\$/)
})

test('a form that is wrong is shown again, with what was entered, but never the password', async () => {
  await t
    .visit('/sign-up')
    .submit('main form', { name: ' ', email: '"><b>', password: 'too short' })
    .status(422)
    .text('#name-error', 'Enter your name.')
    .attribute('#email', 'value', '"><b>')
    .text('#password-error', /^Choose at least 10 characters/)
    .lacks('too short')
})

test('an address has one account', async () => {
  await user('Ada')
  const form = { name: 'Ada', email: emailOf('Ada'), password: PASSWORD }
  await t
    .visit('/sign-up')
    .submit('main form', form)
    .status(422)
    .text('#email-error', /already has an account/)
})

test('logging in leads to where one wanted to go, and logging out ends it', async () => {
  await user('Ada')
  const ada = t.visitor()
  await ada
    .visit('/notes')
    .redirects()
    .submit('main form', { email: emailOf('Ada'), password: PASSWORD })
    .redirect('/notes')
  await isIn(ada)
  const copy = t.visitor({ cookies: ada.cookies })
  await ada.visit('/').click('Log out Ada').redirect('/')
  await isOut(ada)
  await isOut(copy)
})

test('a wrong password and an unknown address get the same answer', async () => {
  await user('Ada')
  for (const name of ['Ada', 'Nobody']) {
    await login(t.visitor(), name, 'not the password')
      .status(422)
      .text('[role=alert]', 'The address or the password is wrong.')
  }
})

test('a forgotten password is replaced by the link in an e-mail, once, which ends every session', async () => {
  const ada = t.as(await user('Ada'))
  await isIn(ada)
  const link = await linkFor('Ada')
  const reset = (password: string) => t.visitor().visit(link).submit('main form', { password })
  await t.visit(link).status(200).header('referrer-policy', 'no-referrer')
  await reset('too short').status(422)
  await reset(NEW).redirect('/login')
  await isOut(ada)
  await login(t.visitor(), 'Ada').status(422)
  await login(t.visitor(), 'Ada', NEW).redirect('/')
  await reset('a third password')
    .status(422)
    .text('[role=alert]', /was used or is too old/)
})

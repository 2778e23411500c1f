import { test } from 'node:test'
import { openApp } from './open-app.ts'

const { t } = await openApp()

test('the home page has a title, the navigation and a policy for scripts', async () => {
  await t
    .visit('/')
    .status(200)
    .type('html')
    .text('title', 'Home · App Name')
    .count('main h1', 1)
    .csp('default-src', "'self'")
  await t
    .visit('/')
    .click('nav [href="/login"]')
    .status(200)
    .text('h1', 'Log in')
    .attribute('nav [aria-current]', 'href', '/login')
})

test('a path that does not exist is a page for browsers and a problem document for programs', async () => {
  await t.visit('/nowhere').status(404).text('main a', 'Back to the home page')
  await t.get('/nowhere').status(404).problem('not_found')
})

import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { expect, onTestFinished, test } from 'vitest'
import { createAuthentication, session } from '../src/index.ts'
import type { Impersonation } from '../src/login/impersonation.ts'
import { SECRET, serveHandler } from './app.ts'

interface User {
  id: number
}

const users = new Map([[7, { id: 7 }]])

async function start() {
  const auth = createAuthentication<User>({ findUser: id => users.get(Number(id)), idOf: user => user.id })
  const app = await serveHandler(session({ secrets: [SECRET] })(auth.requireUser(c => c.json(c.user))))
  onTestFinished(() => app[Symbol.asyncDispose]())
  return app.browser()
}

function answering(as: unknown): void {
  const listener = (event: unknown) => {
    ;(event as Impersonation).as = as
  }
  subscribe('arlen:session:user', listener)
  onTestFinished(() => void unsubscribe('arlen:session:user', listener))
}

test.each([
  ['a user', { id: 7 }],
  ['the id of one', 7],
])('a subscriber in the process may say who a request is from: %s', async (_, as) => {
  const browser = await start()
  expect((await browser.get('/')).status).toBe(401)
  answering(as)
  expect(await (await browser.get('/')).json()).toEqual({ id: 7 })
})

test.each<[string, object, string]>([
  ['the id of no one', { findUser: () => undefined, idOf: () => 0 }, 'impersonation_failed'],
  ['an id that nothing can find', { idOf: () => 0 }, 'login_unsupported'],
])('%s is a mistake of the test, which says so', async (_, options, code) => {
  const auth = createAuthentication<User>(options)
  const failures: unknown[] = []
  const app = await serveHandler(
    session({ secrets: [SECRET] })(async c => {
      try {
        return await auth.requireUser(() => 'in')(c)
      } catch (error) {
        failures.push(error)
        return 'failed'
      }
    }),
  )
  onTestFinished(() => app[Symbol.asyncDispose]())
  answering(8)
  expect(await (await app.browser().get('/')).text()).toBe('failed')
  const messages: Record<string, string> = {
    impersonation_failed: 'A test logs in as the user 8, but findUser() does not find that user.',
    login_unsupported: 'as() needs the option findUser of createAuthentication().',
  }
  expect(failures).toMatchObject([{ code, message: messages[code] }])
})

test('without a user it changes nothing', async () => {
  const browser = await start()
  answering(undefined)
  expect((await browser.get('/')).status).toBe(401)
})

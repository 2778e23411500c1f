import { Context, createServer, type Handler } from '@arlen/http'
import { expect, onTestFinished, test } from 'vitest'
import { bearer, createAuthentication, session, withSession } from '../src/index.ts'
import { SECRET } from './app.ts'
import { Browser } from './browser.ts'

interface User {
  id: number
}

const token = bearer<User>({ verify: text => (text === 't' ? { user: { id: 1 } } : undefined) })

async function ask(handler: Handler, headers: Record<string, string> = {}): Promise<Response> {
  const server = createServer(handler, { context: withSession(Context) })
  onTestFinished(() => server.close({ graceMs: 0 }))
  const { port } = await server.listen({ port: 0 })
  return new Browser(`http://127.0.0.1:${port}`).get('/', headers)
}

const authorized = { authorization: 'Bearer t' }

test('a guard works before a handler as it does around it', async () => {
  const { requireUser } = createAuthentication<User>({ schemes: [token] })
  const before: Handler = async c => (await requireUser(c)) ?? c.json(c.user)
  const around = requireUser(c => c.json(c.user))
  for (const handler of [before, around]) {
    expect((await ask(handler)).status).toBe(401)
    expect(await (await ask(handler, authorized)).json()).toEqual({ id: 1 })
  }
})

test('what a guard answers is the answer, before a handler too', async () => {
  const { requireUser } = createAuthentication<User>({ schemes: [token], loginPath: '/login' })
  const before: Handler = async c => (await requireUser(c)) ?? c.json(c.user)
  for (const handler of [before, requireUser(c => c.json(c.user))]) {
    const answer = await ask(handler, { accept: 'text/html' })
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/login?return=%2F'])
  }
})

test('the challenges are those of the schemes, and that of sessions where there are any', async () => {
  const { requireUser } = createAuthentication<User>({ schemes: [token], findUser: () => undefined })
  const handler = requireUser(() => 'x')
  const challenges = async (outer: Handler) => (await ask(outer)).headers.get('www-authenticate')
  expect(await challenges(handler)).toBe('Bearer realm="api"')
  expect(await challenges(session({ secrets: [SECRET] })(handler))).toBe('Bearer realm="api", Cookie realm="session"')
})

test('a guard that has neither sessions nor schemes to ask says what is missing', async () => {
  const { requireUser } = createAuthentication<User>({ findUser: () => undefined })
  let failure: unknown
  await ask(async c => {
    try {
      await requireUser(c)
    } catch (error) {
      failure = error
    }
    return 'x'
  })
  expect(failure).toMatchObject({ code: 'session_missing', message: expect.stringContaining('no schemes of') })
})

import { Context, createServer, type Handler, type HttpOptions } from '@arlen/http'
import { expect, test } from 'vitest'
import { createAuthentication, session, withSession } from '../src/index.ts'
import { SECRET } from './app.ts'

async function ask(handler: Handler, options: HttpOptions = { context: withSession(Context) }): Promise<string> {
  const onError: HttpOptions['onError'] = (error, c) => c.text(`${(error as { code: string }).code}: ${error}`)
  const response = await createServer(handler, { onError, ...options }).fetch(new Request('http://a/'))
  return response.text()
}

test.each<[string, Handler, string]>([
  ['session', c => c.session.id, 'session()'],
  ['flash()', c => c.flash('notice'), 'session()'],
  ['csrfToken()', c => c.csrfToken(), 'session()'],
  ['csrfToken()', c => c.csrfField(), 'session()'],
  ['user', c => c.user, 'loadUser or requireUser of createAuthentication()'],
])('c.%s without its middleware says which is missing', async (name, handler, middleware) => {
  expect(await ask(handler)).toMatch(`session_missing: ArlenError: c.${name} was read, but no ${middleware} runs`)
})

test.each<[string, Handler]>([
  ['session()', session({ secrets: [SECRET] })(() => 'ok')],
  ['loadUser', createAuthentication({ findTokenUser: async () => undefined, idOf: () => '' }).loadUser(() => 'ok')],
])('%s with contexts that have no sessions says what the server must be given', async (_, handler) => {
  expect(await ask(handler, {})).toMatch(/session_context_missing: .*withSession\(Context\)/)
})

test('the Context of @arlen/http stays as it is', async () => {
  session({ secrets: [SECRET] })
  withSession(Context)
  expect('session' in Context.prototype).toBe(false)
})

test('a context of one’s own can build on the session, above the mixin or below it', async () => {
  class Above extends withSession(Context) {
    get visits(): unknown {
      return this.session.get('visits') ?? 0
    }
  }
  class Below extends Context {
    get visits(): unknown {
      return this.session.get('visits') ?? 0
    }
  }
  const withSessions = session({ secrets: [SECRET], secure: false })
  for (const context of [Above, withSession(Below)]) {
    expect(
      await ask(
        withSessions(c => ({ visits: (c as Above).visits })),
        { context },
      ),
    ).toBe('{"visits":0}')
  }
})

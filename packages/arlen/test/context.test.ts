import { Context } from '@arlen/http'
import { afterEach, describe, expect, test } from 'vitest'
import { type AppOptions, createApp } from '../src/index.ts'
import { type Served, serveApp } from './serve-app.ts'

let served: Served | undefined
afterEach(() => served?.close())

class ShopContext extends Context {
  override get shop(): string {
    return `${this.req.host.split(':')[0]} ${this.urlFor('home')}`
  }
}

declare module '@arlen/http' {
  interface ContextExtensions {
    readonly shop: string
  }
}

test('handlers get the context that the application was given, with what the framework adds', async () => {
  served = await serveApp(app => app.get('/', { name: 'home' }, c => [c instanceof ShopContext, c.shop]), {
    context: ShopContext,
  })
  expect(await (await served.get('/')).json()).toEqual([true, '127.0.0.1 /'])
})

test('createApp refuses a class that is not a Context class', () => {
  for (const context of [class {}, Context.prototype, {}] as never[]) {
    expect(() => createApp({ context })).toThrow(expect.objectContaining({ code: 'context_invalid' }))
  }
})

describe('a member that nothing stands behind says what is missing', () => {
  const without: AppOptions['config'] = { session: { enabled: false }, security: { enabled: false } }

  test.each<[string, (c: Context) => unknown, string]>([
    ['c.session', c => c.session, 'session()'],
    ['c.user', c => c.user, 'Authentication'],
    ['c.cspNonce', c => c.cspNonce, 'securityHeaders()'],
    ['c.db', c => c.db, 'db.url'],
    ['c.render()', c => c.render('home'), 'templates'],
  ])('%s', async (_, read, hint) => {
    const messages: string[] = []
    served = await serveApp(
      app =>
        app.get('/', c => {
          try {
            read(c)
          } catch (error) {
            messages.push((error as Error).message)
          }
          return 'read'
        }),
      { config: without },
    )
    await served.get('/')
    expect(messages).toEqual([expect.stringContaining(hint)])
  })
})

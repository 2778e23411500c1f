import * as v from 'valibot'
import { expect, test } from 'vitest'
import { type App, createApp, IntegerParam } from '../src/index.ts'
import { serveApp } from './serve-app.ts'

class Users {
  show() {
    return 1
  }
}

/** What TypeScript would refuse, written by someone who does not use it. */
const untyped = (app: App) => app as unknown as Record<string, (...args: unknown[]) => void>
const PLACE = /mistakes\.test\.ts:\d+:\d+\)/

test.each<[string, string, (app: App) => void]>([
  [
    'a handler that is not a function',
    'GET /x: the handler is a value of type string, not a',
    a => untyped(a).get!('/x', 'hi'),
  ],
  ['no handler', 'GET /x: the handler is undefined, not a', a => untyped(a).get!('/x', {}, undefined)],
  [
    'an action that is not there',
    'the action shwo, which Users does not have. Did you mean show?',
    a => untyped(a).get!('/x', [Users, 'shwo']),
  ],
  [
    'a function of a module that is not there',
    'the action b, which the module does not have.',
    a => untyped(a).get!('/x', [{ a: () => 1 }, 'b']),
  ],
  [
    'an option that does not exist',
    'has no option querry. Did you mean query?',
    a => untyped(a).get!('/x', { querry: 1 }, () => 1),
  ],
  [
    'an option that is like no other',
    'has no option jsonValueLimit. It takes constraints, formats, meta, name, under, use, when, params, query, headers, body,',
    a => untyped(a).get!('/x', { jsonValueLimit: 1 }, () => 1),
  ],
  [
    'an option of a group',
    'has no option undr. Did you mean under?',
    a => untyped(a).group!('/g', { undr: 1 }, () => 1),
  ],
  [
    'a group without routes',
    'group /g: its last argument must be the function that adds its routes, not a value of type object',
    a => untyped(a).group!('/g', { under: () => true }),
  ],
  [
    'an unknown guard',
    'group /g: there is no guard named login.',
    a => untyped(a).group!('/g', { under: 'login' }, () => 1),
  ],
  [
    'an unknown condition',
    'GET /x: the condition hots does not exist. Did you mean host? (',
    a => untyped(a).get!('/x', { when: { hots: 'x' } }, () => 1),
  ],
  [
    'a constraint that cannot compile',
    'GET /x/:id<[>: the constraint of id is not a regular expression',
    a => void a.get('/x/:id<[>', () => 1),
  ],
  [
    'an invalid schema',
    'GET /x: its query schema is not a Standard Schema',
    a => untyped(a).get!('/x', { query: { page: IntegerParam } }, () => 1),
  ],
  [
    'a parameter that the path does not have',
    'GET /x/:id: its params schema asks for idd, which the path does not have. Did you mean id?',
    a => void a.get('/x/:id', { params: v.object({ idd: IntegerParam }) }, () => 1),
  ],
])('%s is refused at boot, with route, file and line', async (_, message, build) => {
  const error = await serveApp(build).then(
    () => undefined,
    (reason: Error) => reason,
  )
  expect(error?.message).toContain(message)
  expect(error?.message).toMatch(PLACE)
})

test.each<[string, string, (app: App) => void]>([
  ['app.use()', 'app.use() takes a function; it was given a value of type string.', a => untyped(a).use!('x')],
  [
    'app.onError()',
    'app.onError() takes a function; it was given a value of type object.',
    a => untyped(a).onError!({}),
  ],
  [
    'app.notFound()',
    'app.notFound() takes a function; it was given a value of type undefined.',
    a => untyped(a).notFound!(),
  ],
  ['a plugin', 'The plugin x needs a name and a function setUp', a => untyped(a).register!({ name: 'x' })],
  [
    'Express middleware',
    'The middleware logged returned undefined instead of a handler.',
    a => untyped(a).use!(function logged() {}),
  ],
])('%s says what it takes', async (_, message, build) => {
  await expect(serveApp(build)).rejects.toThrow(message)
})

test('createApp() knows its options', () => {
  expect(() => createApp({ cofnig: {} } as never)).toThrow('createApp() has no option cofnig. Did you mean config?')
})

test('a parameter that is optional in a shared schema need not be in every path', async () => {
  const params = v.object({ id: IntegerParam, page: v.optional(IntegerParam) })
  const served = await serveApp(app => void app.get('/x/:id', { params }, c => c.valid.params))
  expect(await (await served.get('/x/7')).json()).toEqual({ id: 7 })
  await served.close()
})

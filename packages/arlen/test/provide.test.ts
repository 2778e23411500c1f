import type { Middleware, Provides } from '@arlen/core'
import type { Context } from '@arlen/http'
import { expect, test } from 'vitest'
import { provide } from '../src/index.ts'
import { serveApp } from './serve-app.ts'

const NAMES: Record<string, string> = { ada: 'Ada', root: 'Root' }

const withUser = provide('user', async c => {
  const name = NAMES[c.req.header('x-user') ?? '']
  return name === undefined ? c.problem(401) : { name }
})

const withRole: Middleware<Context> & Provides<{ readonly stash: { role: string } }> = next => c => {
  c.stash.role = c.req.header('x-user') === 'root' ? 'admin' : 'clerk'
  return next(c)
}

test('a value that a guard or middleware provides reaches the handler, and each request has its own', async () => {
  const served = await serveApp(app => {
    app.group('/me', { under: withUser, use: withRole }, me => {
      me.get('/', c => ({ name: c.stash.user.name, role: c.stash.role }))
      me.get('/length', { under: provide('length', c => String(c.stash.role).length) }, c => ({
        n: c.stash.length + 1,
      }))
    })
  })
  const as = (user: string, path: string) => served.get(path, { headers: { 'x-user': user } })
  const [ada, root] = await Promise.all([as('ada', '/me'), as('root', '/me')])
  expect(await ada.json()).toEqual({ name: 'Ada', role: 'clerk' })
  expect(await root.json()).toEqual({ name: 'Root', role: 'admin' })
  expect(await (await as('ada', '/me/length')).json()).toEqual({ n: 6 })
  await served.close()
})

test('an answer or an error ends the request before the handler; undefined, null and false are values', async () => {
  let reached = 0
  const served = await serveApp(app => {
    app.get('/refused', { under: withUser }, () => ++reached)
    app.get('/failed', { under: provide('x', () => Promise.reject(new Error('no such thing'))) }, () => ++reached)
    const empty = [provide('a', () => undefined), provide('b', () => null), provide('c', async () => false)] as const
    app.get('/empty', { under: empty }, c => ({ values: [c.stash.a ?? 'none', c.stash.b, c.stash.c] }))
  })
  expect((await served.get('/refused')).status).toBe(401)
  expect((await served.get('/failed')).status).toBe(500)
  expect(reached).toBe(0)
  expect(await (await served.get('/empty')).json()).toEqual({ values: ['none', null, false] })
  await served.close()
})

import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { Router } from './router.ts'

const here = (line: number): object => ({ file: import.meta.filename, line, column: expect.any(Number) })

describe('the place of a route is found', () => {
  test('at the top of a function, in an arrow, in a group, in a loop, in a callback', () => {
    const router = new Router<string>()
    router.get('/a', 'a')
    const arrow = () => router.get('/b', 'b')
    arrow()
    router.group('/g', group => group.get('/c', 'c'))
    for (const path of ['/d', '/e']) router.add('GET', path, path)
    ;['/f'].forEach(path => void router.any(path, path))
    expect(router.routes.map(route => route.source?.line)).toEqual([10, 11, 13, 14, 14, 15])
    expect(router.routes[0]!.source).toEqual(here(10))
  })

  test('in an async function', async () => {
    const router = new Router<string>()
    await null
    router.get('/a', 'a')
    expect(router.routes[0]!.source).toEqual(here(23))
  })

  test('beyond the folders of a framework', () => {
    const internals = [import.meta.dirname.replace(/src$/, 'framework')]
    const router = new Router<string>({ framework: { internals } })
    const code = `(router) => router.get('/a', 'a')`
    const inside = runInNewContext(code, {}, { filename: import.meta.dirname.replace(/src$/, 'framework/app.js') })
    ;(inside as (router: unknown) => void)(router)
    expect(router.routes[0]!.source).toEqual(here(32))
  })

  test('in a folder whose name has spaces and brackets', () => {
    const router = new Router<string>()
    const add = runInNewContext(`(router) =>\n router.get('/a', 'a')`, {}, { filename: '/my app (1)/routes.js' })
    ;(add as (router: unknown) => void)(router)
    expect(router.routes[0]!.source).toEqual({ file: '/my app (1)/routes.js', line: 2, column: 9 })
  })
})

test('the place is found whatever the limit of stack traces is', () => {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 0
  try {
    expect(new Router<string>().get('/a', 'a').source?.file).toBe(import.meta.filename)
  } finally {
    Error.stackTraceLimit = limit
  }
})

test('a location that is not a file is reported as unknown', () => {
  const add = runInNewContext(`(router, after) => after(() => router.get('/a', 'a'))`, {}, { filename: 'repl' })
  const router = new Router<string>({ framework: { internals: ['/'] } })
  ;(add as (router: unknown, after: (run: () => void) => void) => void)(router, run => run())
  expect(router.routes[0]!.where).toContain(import.meta.filename)
})

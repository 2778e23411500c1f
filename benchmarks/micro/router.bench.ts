// Routers: @arlen/router against memoirist, find-my-way, Hono's RegExpRouter and rou3, parameters decoded and handed over.
import assert from 'node:assert/strict'
import { type RouteContext, Router } from '@arlen/router'
import createFindMyWay, { type HTTPMethod } from 'find-my-way'
import { RegExpRouter } from 'hono/router/reg-exp-router'
import { Memoirist } from 'memoirist'
import { addRoute, createRouter, findRoute } from 'rou3'
import { compare } from './harness.ts'

type Request = readonly [method: string, path: string]
/** The pattern that was found and its parameters, or undefined. */
type Lookup = (method: string, path: string) => { params: Readonly<Record<string, string>> } | null | undefined

const THINGS = 'user post comment order product cart invoice team project issue label tag album'.split(' ')
const KINDS = 'archived pending public private shared recent'.split(' ')

/** Five routes for each of so many resources, the last replaced by a wildcard: an application's table, not a trick. */
function tableOf(size: number): Request[] {
  const names = THINGS.flatMap(thing => [`${thing}s`, ...KINDS.map(kind => `${kind}-${thing}s`), `${thing}-drafts`])
  const ordered = [...THINGS.map(thing => `${thing}s`), ...names.filter(name => name.includes('-'))]
  const routes = ordered.flatMap((name, i): Request[] => [
    ['GET', `/${name}`],
    ['POST', `/${name}`],
    ['GET', `/${name}/:id`],
    ['PUT', `/${name}/:id`],
    ['GET', `/${name}/:id/${ordered[(i + 3) % ordered.length]}/:other`],
  ])
  return [...routes.slice(0, size - 1), ['GET', '/static/*path']]
}

function fill(path: string): string {
  return path.replace(':id', '12345').replace(':other', 'f81d4fae').replace('*path', 'js/vendor/app.js')
}

function decode(text: string): string {
  return text.includes('%') ? decodeURIComponent(text) : text
}

const routers: Record<string, (routes: readonly Request[]) => Lookup> = {
  '@arlen/router': routes => {
    const router = new Router<(c: RouteContext) => unknown>()
    for (const [method, path] of routes) router.add(method, path, () => path)
    return (method, path) => {
      const match = router.match(method, path)
      return match.kind === 'hit' ? match : undefined
    }
  },
  memoirist: routes => {
    const router = new Memoirist<() => string>({ onParam: decode })
    for (const [method, path] of routes) router.add(method, path.replace('*path', '*'), () => path)
    return (method, path) => router.find(method, path)
  },
  'find-my-way': routes => {
    const router = createFindMyWay({ maxParamLength: 1000 })
    for (const [method, path] of routes) router.on(method as HTTPMethod, path.replace('*path', '*'), () => path)
    return (method, path) => router.find(method as HTTPMethod, path) as ReturnType<Lookup>
  },
  'Hono RegExpRouter': routes => {
    const router = new RegExpRouter<() => string>()
    for (const [method, path] of routes) router.add(method, path.replace('*path', ':path{.+}'), () => path)
    return (method, path) => {
      const [handlers, captures] = router.match(method, path)
      const [found] = handlers
      if (found === undefined) return undefined
      const params: Record<string, string> = {}
      for (const [name, index] of Object.entries(found[1])) params[name] = decode(captures![index as number]!)
      return { params }
    }
  },
  rou3: routes => {
    const router = createRouter<() => string>()
    for (const [method, path] of routes) addRoute(router, method, path.replace('*path', '**:path'), () => path)
    return (method, path) => {
      const found = findRoute(router, method, path)
      if (found === undefined) return undefined
      const params = (found.params ?? {}) as Record<string, string>
      for (const name in params) params[name] = decode(params[name]!)
      return { params }
    }
  },
}

function casesOf(routes: readonly Request[]): Record<string, Request[]> {
  const of = (method: string, pattern: RegExp): Request[] =>
    routes.filter(([one, path]) => one === method && pattern.test(path)).map(([one, path]) => [one, fill(path)])
  const parameters = of('GET', /:/)
  return {
    static: of('GET', /^[^:*]+$/),
    parameters,
    wildcard: of('GET', /\*/),
    miss: parameters.map(([method, path]) => [method, `${path}/nothing`]),
    'other method': [...of('POST', /./), ...of('PUT', /./)],
    'method not there': parameters.map(([, path]) => ['PATCH', path]),
  }
}

for (const size of [65, 500]) {
  const routes = tableOf(size)
  assert.equal(routes.length, size)
  const lookups = Object.entries(routers).map(([name, create]) => [name, create(routes)] as const)
  for (const [kind, requests] of Object.entries(casesOf(routes))) {
    // As many lookups per call for every table, so that the figures can be compared.
    const batch = Array.from({ length: 1000 }, (_, i) => requests[i % requests.length]!)
    const wanted = lookups[0]![1](...batch[0]!)?.params
    for (const [name, lookup] of lookups) {
      const found = lookup(...batch[0]!)?.params
      const values = found && Object.values(found)
      assert.deepEqual(values, wanted && Object.values(wanted), `${name}: ${kind}`)
    }
    const cases = lookups.map(([name, lookup]) => [name, () => run(lookup, batch)] as const)
    await compare(`${size} routes, ${kind}, 1000 lookups`, Object.fromEntries(cases))
  }
}

function run(lookup: Lookup, batch: readonly Request[]): number {
  let found = 0
  for (const [method, path] of batch) if (lookup(method, path)) found++
  return found
}

// Routers: @arlen/router against memoirist, find-my-way, Hono's RegExpRouter and rou3, parameters decoded and handed over.
import assert from 'node:assert/strict'
import { createRouter as createArlenRouter, type RouteContext } from '@arlen/router'
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

const FOUR = '/accounts/:id/boards/:other/lists/:list/cards/:card'

/** Five routes for each of so many resources, the last two replaced: an application's table, not a trick. */
function tableOf(size: number): Request[] {
  const names = THINGS.flatMap(thing => [...KINDS.map(kind => `${kind}-${thing}s`), `${thing}-drafts`])
  const resources = [...THINGS.map(thing => `${thing}s`), ...names]
  const routes = Array.from({ length: Math.ceil(size / 5) }, (_, i): Request[] => {
    const name = i < resources.length ? resources[i] : `${resources[i % resources.length]}-${i}`
    return [
      ['GET', `/${name}`],
      ['POST', `/${name}`],
      ['GET', `/${name}/:id`],
      ['PUT', `/${name}/:id`],
      ['GET', `/${name}/:id/${resources[(i + 3) % resources.length]}/:other`],
    ]
  })
  return [...routes.flat().slice(0, size - 2), ['GET', FOUR], ['GET', '/static/*path']]
}

function fill(path: string): string {
  const values = { ':id': '12345', ':other': 'f81d4fae', ':list': 'doing', ':card': '678', '*path': 'js/vendor/app.js' }
  return Object.entries(values).reduce((filled, [name, value]) => filled.replace(name, value), path)
}

function decode(text: string): string {
  return text.includes('%') ? decodeURIComponent(text) : text
}

const routers: Record<string, (routes: readonly Request[]) => Lookup> = {
  '@arlen/router': routes => {
    const router = createArlenRouter<(c: RouteContext) => unknown>()
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
  const parameters = of('GET', /:id(?!.*:card)/)
  return {
    static: of('GET', /^[^:*]+$/),
    parameters,
    'four parameters': of('GET', /:card/),
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
    const valuesOf = (lookup: Lookup): string[] | undefined => {
      const found = lookup(...batch[0]!)?.params
      return found && Object.values(found).sort()
    }
    const wanted = valuesOf(lookups[0]![1])
    for (const [name, lookup] of lookups) assert.deepEqual(valuesOf(lookup), wanted, `${name}: ${kind}`)
    const cases = lookups.map(([name, lookup]) => [name, () => run(lookup, batch)] as const)
    if (kind === 'method not there') {
      const memoirist = new Map(lookups).get('memoirist')!
      cases.push(['memoirist, for Allow', () => runForAllow(memoirist, batch)])
    }
    await compare(`${size} routes, ${kind}, 1000 lookups`, Object.fromEntries(cases))
  }
}

function run(lookup: Lookup, batch: readonly Request[]): number {
  let found = 0
  for (const [method, path] of batch) if (lookup(method, path)) found++
  return found
}

/** What a router that only finds routes is asked for the answer 405: which of the table's methods the path has. */
function runForAllow(lookup: Lookup, batch: readonly Request[]): number {
  let found = 0
  for (const [, path] of batch) for (const method of ['GET', 'POST', 'PUT']) if (lookup(method, path)) found++
  return found
}

// What an application pays once: its routes read, checked and built, which routers do at different moments.
const many = tableOf(5000)
const built = Object.entries(routers).filter(([name]) => !name.startsWith('Hono')) // refuses a table like this one
await compare(
  '5000 routes, all built',
  Object.fromEntries(built.map(([name, create]) => [name, () => create(many)('GET', '/posts')])),
)

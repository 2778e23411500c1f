import { seededBelow } from '@arlen/core/seeded'
import { expect, test } from 'vitest'
import { type MatchRequest, type RouteOptions, Router, type SlashPolicy } from '../src/index.ts'
import { NaiveRouter } from './naive-router.ts'
import { outcomesOf } from './outcome.ts'

/** Reproduce a failure with the seed that it names: `ROUTER_SEED=7 ROUTER_ROUNDS=1`. */
const SEED = Number(process.env.ROUTER_SEED ?? 1)
const ROUNDS = Number(process.env.ROUTER_ROUNDS ?? 150)

/** Draws routes. */
class Random {
  readonly below: (limit: number) => number

  constructor(seed: number) {
    this.below = seededBelow(seed)
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!
  }

  chance(percent: number): boolean {
    return this.below(100) < percent
  }
}

interface Drawn {
  method: string
  path: string
  options: RouteOptions
}

const TEXTS = ['a', 'ab', 'abc', 'b', 'é', '1', 'a-b', '100%']
const POLICIES: readonly SlashPolicy[] = ['redirect', 'ignore', 'strict']

function drawSegment(random: Random, name: () => string): string {
  switch (random.below(10)) {
    case 0:
    case 1:
    case 2:
    case 3:
      return random.pick(TEXTS)
    case 4:
    case 5:
      return `:${name()}`
    case 6:
      return `:${name()}<${random.pick(['int', 'slug', '[ab]+', 'date'])}>`
    case 7:
      return `:${name()}-:${name()}`
    case 8:
      return random.pick([`v:${name()}`, `:${name()}.b`, `:${name()}-:${name()}<int>`, `a:${name()}<int>b`])
    default:
      return random.chance(50) ? random.pick(TEXTS) : `:${name()}`
  }
}

function drawRoute(random: Random): Drawn {
  let names = 0
  const name = (): string => `p${names++}`
  const segments = Array.from({ length: random.below(4) }, () => drawSegment(random, name))
  if (random.chance(20)) segments.splice(random.below(segments.length + 1), 0, `*${name()}`)
  let path = `/${segments.join('/')}`
  if (/\/[:*]p\d(?:<\w+>)?$/.test(path) && random.chance(25)) path += '?'
  else if (path !== '/' && random.chance(5)) path += '/'
  const options: RouteOptions = {}
  if (random.chance(15)) options.formats = random.pick([['json'], ['json', 'b']])
  const host = random.pick(['x', 'y'])
  if (random.chance(15)) options.when = request => request.host === host
  return { method: random.pick(['GET', 'GET', 'GET', 'POST', 'HEAD', '*', 'OPTIONS']), path, options }
}

function drawPath(random: Random, routes: readonly Drawn[]): string {
  const value = (): string =>
    random.pick([
      'a',
      '1',
      '42',
      'b-a',
      'a-1',
      'a-b-2',
      'x.b',
      'x.json',
      '2024-01-31',
      '%61',
      'a%2Fb',
      '-',
      '%25',
      'vé',
    ])
  let path = random
    .pick(routes)
    .path.replace(/%/g, '%25')
    .replace(/\*p\d(?:<[^>]*>)?\??/g, () => Array.from({ length: 1 + random.below(3) }, value).join('/'))
    .replace(/:p\d(?:<[^>]*>)?\??/g, value)
  if (random.chance(10)) path = path.replace(/\/[^/]*$/, '')
  if (random.chance(10)) path += `/${value()}`
  if (random.chance(10)) path += '.json'
  if (random.chance(10)) path += '/'
  if (random.chance(8)) path = path.replace('/', '//')
  if (random.chance(3)) path = path.replace('a', '%C3')
  if (random.chance(3)) path = path.replace('a', '%41')
  return path.startsWith('/') ? path : `/${path}`
}

/** Draws until no two routes are the same: the router refuses that, the list does not notice. */
function drawRouter(random: Random, policies: { trailingSlash: SlashPolicy; duplicateSlashes: SlashPolicy }) {
  for (;;) {
    const routes = Array.from({ length: 1 + random.below(12) }, () => drawRoute(random))
    const router = new Router<string>(policies)
    const list = new NaiveRouter(policies.trailingSlash, policies.duplicateSlashes)
    for (const [i, { method, path, options }] of routes.entries()) {
      router.add(method, path, `${i} ${path}`, options)
      list.add(method, path, `${i} ${path}`, options)
    }
    try {
      return { routes, list, tree: outcomesOf(router.freeze()) }
    } catch (error) {
      expect(error).toMatchObject({ code: 'route_duplicate' })
    }
  }
}

test('random routes and paths come to the same in the tree as in the list', () => {
  let hits = 0
  for (let round = 0; round < ROUNDS; round++) {
    const random = new Random(SEED + round)
    const policies = { trailingSlash: random.pick(POLICIES), duplicateSlashes: random.pick(POLICIES) }
    const { routes, list, tree } = drawRouter(random, policies)
    for (let i = 0; i < 60; i++) {
      const path = drawPath(random, routes)
      const method = random.pick(['GET', 'GET', 'GET', 'POST', 'HEAD', 'OPTIONS', 'PUT'])
      const request: MatchRequest | undefined = random.pick([undefined, { host: 'x' }, { host: 'y' }])
      const outcome = tree.match(method, path, request)
      const where = {
        seed: SEED + round,
        method,
        path,
        request,
        policies,
        routes: routes.map(r => `${r.method} ${r.path}`),
      }
      expect({ where, outcome }).toEqual({ where, outcome: list.match(method, path, request) })
      if ('value' in outcome) hits++
    }
  }
  expect(hits).toBeGreaterThan(ROUNDS * 10) // else the paths drawn test nothing
})

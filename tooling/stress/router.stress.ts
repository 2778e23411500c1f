import { createRouter } from '@arlen/router'
import { expect, test } from 'vitest'

const WORDS = 'users orders items carts pages notes files teams tags posts'.split(' ')
const LOOKUPS = 100_000

/** Routes of two to four segments with one to three parameters, no two alike. */
function tableOf(size: number) {
  const router = createRouter<number>()
  for (let at = 0; at < size; at += 1) {
    const [first, second] = [WORDS[at % 10], WORDS[Math.floor(at / 10) % 10]]
    router.get(`/${first}/:a/${second}-${at}/:b`, at)
  }
  return router
}

test('every match among 5,000 routes is the right one', () => {
  const router = tableOf(5_000)
  for (let at = 0; at < LOOKUPS; at += 1) {
    const route = (at * 7919) % 5_000
    const [first, second] = [WORDS[route % 10], WORDS[Math.floor(route / 10) % 10]]
    const match = router.match('GET', `/${first}/${at}/${second}-${route}/x`)
    if (match.kind !== 'hit' || match.route.value !== route || match.params.a !== String(at)) {
      expect.fail(`route ${route} is not found by its own path, but ${JSON.stringify(match)}`)
    }
  }
  for (const path of [
    '/users/1/orders-9/',
    '/users//users-0/x',
    `/${'a/'.repeat(2_000)}`,
    `/users/${'%41'.repeat(3_000)}/x`,
  ]) {
    expect(router.match('GET', path).kind, path.slice(0, 40)).not.toBe('hit')
  }
})

test('a path among 5,000 routes costs at most ten times one among 50 (timed)', { retry: 2 }, () => {
  const cost = (size: number) => {
    const router = tableOf(size)
    const paths = Array.from({ length: 50 }, (_, at) => `/${WORDS[at % 10]}/1/${WORDS[Math.floor(at / 10)]}-${at}/x`)
    const run = (count: number) => {
      for (let at = 0; at < count; at += 1) router.match('GET', paths[at % 50]!)
    }
    run(LOOKUPS / 2)
    const before = process.cpuUsage()
    run(LOOKUPS)
    return process.cpuUsage(before).user
  }
  expect(cost(5_000) / cost(50)).toBeLessThan(10)
})

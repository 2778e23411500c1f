import { expect, test } from 'vitest'
import { WaitingRequests } from './waiting-requests.ts'

function setUp() {
  const clock = { now: 0 }
  const requests = new WaitingRequests<string>(() => clock.now)
  const answers: string[] = []
  const come = (name: string) => requests.wait(clock.now).then(build => answers.push(`${name}: ${build}`))
  const settled = () => new Promise(resolve => setImmediate(resolve))
  return { clock, requests, answers, come, settled }
}

test('a build may be given up if no request has waited long for it', () => {
  const { clock, requests, come } = setUp()
  expect(requests.needBuild).toBe(false)
  come('a')
  clock.now = 1_999
  expect(requests.needBuild).toBe(false)
})

test('a request is overtaken once: the next build is finished for it', () => {
  const { requests, come } = setUp()
  come('a')
  requests.overtake()
  expect(requests.needBuild).toBe(true)
})

test('a request that has waited two seconds is never overtaken', () => {
  const { clock, requests, come } = setUp()
  come('a')
  clock.now = 2_000
  expect(requests.needBuild).toBe(true)
})

test('an outdated build answers requests from before the change, not later ones', async () => {
  const { clock, requests, answers, come, settled } = setUp()
  come('before')
  clock.now = 500
  come('after')
  clock.now = 900
  requests.answer('1', 400)
  await settled()
  expect(answers).toEqual(['before: 1'])
  requests.answer('2')
  await settled()
  expect(answers).toEqual(['before: 1', 'after: 2'])
  expect(requests.needBuild).toBe(false)
})

test('it answers requests that have waited two seconds, whenever the change came', async () => {
  const { clock, requests, answers, come, settled } = setUp()
  come('after')
  clock.now = 2_000
  requests.answer('1', -1)
  await settled()
  expect(answers).toEqual(['after: 1'])
})

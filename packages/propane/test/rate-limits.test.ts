import { expect, test } from 'vitest'
import { fixture, get, start } from './helpers.ts'

test('eight workers admit together what a rate limit allows, and not eight times as much', async () => {
  const handle = await start({ app: fixture('rate-limited.ts'), workers: 8 })
  const answers = (
    await Promise.all(
      Array.from({ length: 16 }, async () => {
        const some = []
        for (let i = 0; i < 20; i++) some.push(await get(`${handle.url}/limited`))
        return some
      }),
    )
  ).flat()
  const admitted = answers.filter(({ status }) => status === 200)
  expect(admitted.length).toBeGreaterThanOrEqual(98)
  expect(admitted.length).toBeLessThanOrEqual(102)
  expect(answers.filter(({ status }) => status === 429)).toHaveLength(answers.length - admitted.length)
  expect(new Set(admitted.map(({ body }) => (JSON.parse(body) as { worker: number }).worker)).size).toBeGreaterThan(1)
})

test('busy workers let no more guesses at a password through together than one may', async () => {
  const handle = await start({ app: fixture('login-throttled.ts'), workers: 2 })
  const answers = await Promise.all(
    Array.from({ length: 12 }, async () => {
      const some = []
      for (let i = 0; i < 3; i++) some.push(JSON.parse((await get(`${handle.url}/login`)).body) as Attempt)
      return some
    }),
  )
  expect(answers.flat().filter(({ wait }) => wait === 0)).toHaveLength(5)
  expect(new Set(answers.flat().map(({ worker }) => worker)).size).toBe(2)
})

interface Attempt {
  wait: number
  worker: number
}

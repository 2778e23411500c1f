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

import * as v from 'valibot'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Served, serveApp } from './serve-app.ts'

let served: Served
beforeAll(async () => {
  const body = v.object({ text: v.string() })
  served = await serveApp(
    app => {
      app.post('/default', { body }, () => 'ok')
      app.post('/small', { body, maxBodyBytes: 50 }, () => 'ok')
      app.group('/uploads', { maxBodyBytes: 5000 }, uploads => {
        uploads.post('/large', { body }, () => 'ok')
        uploads.post('/any', { body, maxBodyBytes: Number.POSITIVE_INFINITY }, () => 'ok')
      })
    },
    { config: { http: { maxBodyBytes: 1000 }, session: { enabled: false } } },
  )
})
afterAll(() => served.close())

async function post(path: string, length: number): Promise<number> {
  const body = JSON.stringify({ text: 'x'.repeat(length) })
  return (await served.get(path, { method: 'POST', body, headers: { 'content-type': 'application/json' } })).status
}

test.each([
  ['/default', 900, 1000],
  ['/small', 30, 60],
  ['/uploads/large', 4900, 5000],
])('a body of %s is read up to its limit, beyond which it is 413', async (path, fits, exceeds) => {
  expect(await post(path, fits)).toBe(200)
  expect(await post(path, exceeds)).toBe(413)
})

test('a route may lift the limit of its group', async () => {
  expect(await post('/uploads/any', 100_000)).toBe(200)
})

test.each([-1, Number.NaN, '1mb'])('a limit of %s is refused at boot, with the route and its place', async limit => {
  const wrong = serveApp(app => void app.post('/wrong', { maxBodyBytes: limit as number }, () => 'ok'))
  await expect(wrong).rejects.toThrow(/POST \/wrong has a maxBodyBytes of .*body-limit\.test\.ts:\d+/)
})

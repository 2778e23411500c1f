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

test('a body may be forbidden, and JSON be limited by its values', async () => {
  const limits = await serveApp(
    app => {
      app.post('/none', { maxBodyBytes: 0 }, async c => c.req.text())
      app.group('/few', { maxJsonValues: 2 }, few => few.post('/', async c => c.req.json()))
    },
    { config: { session: { enabled: false } } },
  )
  const send = async (path: string, body: string) => {
    const init = { method: 'POST', body, headers: { 'content-type': 'application/json' } }
    return (await limits.get(path, init)).status
  }
  expect([await send('/none', ''), await send('/none', 'x')]).toEqual([200, 413])
  expect([await send('/few', '[1]'), await send('/few', '[1,2]')]).toEqual([200, 413])
  await limits.close()
})

test.each([
  [{ maxBodyBytes: -1 }, 'has a maxBodyBytes of -1: it must be a number of bytes.'],
  [{ maxJsonValues: -1 }, 'has a maxJsonValues of -1: it must be a number of values.'],
])('%j is refused with the unit it has', async (options, message) => {
  await expect(serveApp(app => void app.post('/wrong', options, () => 'ok'))).rejects.toThrow(message)
})

test.each([-1, Number.NaN, '1mb'])('a limit of %s is refused at boot, with the route and its place', async limit => {
  const wrong = serveApp(app => void app.post('/wrong', { maxBodyBytes: limit as number }, () => 'ok'))
  await expect(wrong).rejects.toThrow(/POST \/wrong has a maxBodyBytes of .*body-limit\.test\.ts:\d+/)
})

import { expect, test } from 'vitest'
import { serveApp } from './serve-app.ts'

test('the form of BigInts is configured once for the application', async () => {
  const served = await serveApp(app => void app.get('/count', () => ({ count: 3n })), { json: { bigint: 'number' } })
  expect(await (await served.get('/count')).text()).toBe('{"count":3}')
  await served.close()
})

test('without that, and for what JSON makes {} of, the error names the route, the member and the remedy', async () => {
  const served = await serveApp(app => {
    app.get('/orders/:id', () => ({ rows: [{ count: 3n }] }))
    app.get('/tags', () => ({ tags: new Set(['a']) }))
  })
  for (const [path, message] of [
    ['/orders/7', 'GET /orders/:id returned a BigInt at /rows/0/count'],
    ['/tags', 'GET /tags returned a Set at /tags'],
  ] as const) {
    expect((await served.get(path)).status).toBe(500)
    const line = served.log.find(entry => JSON.stringify(entry).includes(message))
    expect(line, message).toMatchObject({ level: 'error' })
  }
  await served.close()
})

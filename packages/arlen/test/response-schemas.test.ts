import * as v from 'valibot'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Context } from '../src/index.ts'
import { type Served, serveApp } from './serve-app.ts'

const Item = v.object({ id: v.number() })
const Failure = v.object({ error: v.string() })
const Later = v.objectAsync({
  id: v.pipeAsync(
    v.number(),
    v.checkAsync(async id => id < 10, 'Must be small.'),
  ),
})

let served: Served
beforeAll(async () => {
  served = await serveApp(app => {
    // What is answered is asked for: ?status=, ?json=
    const json = (c: Context) => JSON.parse(String(c.req.query.json))
    const status = (c: Context) => Number(c.req.query.status)
    app.get('/one', { response: Item }, c => c.json(json(c), status(c)))
    app.get('/each', { response: { 200: Item, 404: Failure, 202: null } }, c => {
      return c.json(json(c), status(c))
    })
    app.get('/set', { response: { 201: Item, 200: Failure } }, c => {
      c.res.status = status(c)
      return json(c)
    })
    app.get('/later', { response: Later }, async c => json(c))
    app.get('/text', { response: Item }, c => c.text('no JSON'))
    app.get('/whole', { response: v.number() }, () => ({ a: 1 }))
    app.get('/many', { response: v.array(v.number()) }, () => Array.from({ length: 150 }, () => 'x'))
  })
})
afterAll(() => served.close())

const fits = '{"id":1}'
const differs = '{"error":"x"}'

describe.each<[string, number, string, number]>([
  ['/one', 200, fits, 200],
  ['/one', 200, differs, 500],
  ['/one', 201, differs, 500],
  ['/one', 299, differs, 500],
  // One schema is of the answers that succeed.
  ['/one', 300, differs, 300],
  ['/one', 404, differs, 404],
  ['/each', 200, differs, 500],
  ['/each', 404, fits, 500],
  ['/each', 404, differs, 404],
  ['/each', 202, differs, 202],
  ['/each', 409, differs, 409],
  ['/set', 201, fits, 201],
  ['/set', 201, differs, 500],
  ['/set', 200, differs, 200],
  ['/later', 200, fits, 200],
  ['/later', 200, '{"id":11}', 500],
])('GET %s answers %d with %s', (path, status, json, answered) => {
  test(`and the client sees ${answered}`, async () => {
    const query = new URLSearchParams({ status: String(status), json })
    const answer = await served.get(`${path}?${query}`)
    expect(answer.status).toBe(answered)
    if (answered === status) expect(await answer.json()).toEqual(JSON.parse(json))
    else expect((await answer.json()).code).toBe('response_invalid')
  })
})

test('content other than JSON has no schema', async () => {
  expect(await (await served.get('/text')).text()).toBe('no JSON')
})

test('the log says so where the whole answer is wrong', async () => {
  await served.get('/whole')
  const { message } = served.log.findLast(line => 'err' in line)!.err as { message: string }
  expect(message).toMatch(/^The response of GET \/whole does not match its schema\. \/: Must be number/)
})

test('the log says what is wrong where, a hundred times at most', async () => {
  await served.get('/many')
  const { message } = served.log.findLast(line => 'err' in line)!.err as { message: string }
  expect(message).toMatch(/^The response of GET \/many does not match its schema\. \/0: /)
  expect(message.match(/\/\d+: /g)).toHaveLength(100)
})

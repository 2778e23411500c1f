import * as v from 'valibot'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Served, serveApp } from './serve-app.ts'

const Line = v.object({ id: v.number(), quantity: v.number() })
const body = v.object({ lines: v.array(Line) })
let validated = 0
const counting = v.pipe(
  v.unknown(),
  v.check(() => {
    validated++
    return true
  }),
)

let served: Served
beforeAll(async () => {
  served = await serveApp(
    app => {
      app.post('/orders', { body }, c => ({ lines: c.valid.body.lines.length }))
      app.post('/counting', { body: counting }, () => 'ok')
      app.post('/by-hand', async c => ({ type: typeof (await c.req.json()) }))
      app.group('/bulk', { maxJsonValues: 500 }, bulk => {
        bulk.post('/', { body: counting }, () => 'ok')
        bulk.post('/any', { body: counting, maxJsonValues: Number.POSITIVE_INFINITY }, () => 'ok')
      })
      app.post('/form', { body: v.record(v.string(), v.number()) }, () => 'ok')
      app.get('/query', { query: v.record(v.string(), v.number()) }, () => 'ok')
      app.get(
        '/mixed',
        { query: v.record(v.string(), v.number()), headers: v.object({ 'x-a': v.string() }) },
        () => 'ok',
      )
      app.post(
        '/shown',
        { body, invalid: c => ({ errors: c.form.errors('lines[0].id'), status: c.res.status }) },
        () => 0,
      )
    },
    { config: { http: { maxJsonValues: 200, maxJsonDepth: 20 }, session: { enabled: false } } },
  )
})
afterAll(() => served.close())

const post = (path: string, text: string, type = 'application/json') =>
  served.get(path, { method: 'POST', body: text, headers: { 'content-type': type } })

const listOf = (values: number) => `[${Array.from({ length: values - 1 }, () => 0).join(',')}]`

test('a JSON body with more values than allowed is 413 before a validator sees it, with the reason', async () => {
  validated = 0
  expect((await post('/counting', listOf(200))).status).toBe(200)
  expect(validated).toBe(1)
  const refused = await post('/counting', listOf(201))
  expect(refused.status).toBe(413)
  expect(refused.headers.get('content-type')).toContain('application/problem+json')
  expect(await refused.json()).toMatchObject({
    code: 'json_too_many_values',
    detail: 'The JSON body has more than 200 values.',
  })
  expect(validated).toBe(1)
  expect((await post('/by-hand', listOf(201))).status).toBe(413)
})

test.each([
  ['in members', `{${Array.from({ length: 200 }, (_, i) => `"k${i}":1`).join(',')}}`],
  ['in the same member', `{${Array.from({ length: 200 }, () => '"k":1').join(',')}}`],
  ['in many small lists', `[${Array.from({ length: 100 }, () => '[0]').join(',')}]`],
  ['behind blanks', ` [ ${Array.from({ length: 200 }, () => ' 0 ').join('\n,\t')} ] `],
  ['between strings of brackets and commas', `[${Array.from({ length: 200 }, () => '"],[\\""').join(',')}]`],
  ['in a text that is not JSON', `${'['.repeat(10)}${'0,'.repeat(300)}`],
])('values are counted %s', async (_, text) => {
  expect((await post('/counting', text)).status).toBe(413)
})

test('text inside strings is not counted', async () => {
  expect((await post('/counting', JSON.stringify([',[{'.repeat(500), '\\"'.repeat(500)]))).status).toBe(200)
})

test.each(['[', '{"a":', '[{"a":'])('a body nested too deep is 413, closed or not: %s', async opener => {
  const refused = await post('/counting', opener.repeat(50_000))
  expect([refused.status, (await refused.json()).code]).toEqual([413, 'json_too_deep'])
  expect((await post('/counting', '['.repeat(20) + ']'.repeat(20))).status).toBe(200)
  expect((await post('/counting', '['.repeat(21) + ']'.repeat(21))).status).toBe(413)
})

test('a group and a route have limits of their own, the innermost counts', async () => {
  expect((await post('/bulk', listOf(500))).status).toBe(200)
  expect((await post('/bulk', listOf(501))).status).toBe(413)
  expect((await post('/bulk/any', listOf(5000))).status).toBe(200)
})

test.each([-1, Number.NaN, '1000'])('a limit of %s is refused at boot, with the route and its place', async limit => {
  const wrong = serveApp(app => void app.post('/wrong', { maxJsonValues: limit as number }, () => 'ok'))
  await expect(wrong).rejects.toThrow(/POST \/wrong has a maxJsonValues of .*work-budget\.test\.ts:\d+/)
})

test('of many failures 100 are listed, and the answer says that there are more', async () => {
  const some = await (await post('/orders', JSON.stringify({ lines: [0, 0, 0] }))).json()
  expect(some.errors).toHaveLength(3)
  expect(some.detail).toBe('3 of the values sent cannot be accepted.')
  const many = await post('/orders', JSON.stringify({ lines: Array(150).fill(0) }))
  expect(many.status).toBe(422)
  const problem = await many.json()
  expect(problem.errors).toHaveLength(100)
  expect(problem.errors[99].path).toBe('/body/lines/99')
  expect(problem.detail).toBe('150 of the values sent cannot be accepted. The first 100 are listed.')
})

test('the same for forms, queries, and parts together, in the order of the parts', async () => {
  const pairs = Array.from({ length: 150 }, (_, i) => `k${i}=x`).join('&')
  const form = await (await post('/form', pairs, 'application/x-www-form-urlencoded')).json()
  expect([form.errors.length, form.detail]).toEqual([100, expect.stringContaining('The first 100 are listed.')])
  const query = await (await served.get(`/query?${pairs}`)).json()
  expect([query.errors.length, query.detail]).toEqual([100, expect.stringContaining('150 of')])
  const few = await (await served.get('/mixed?a=x')).json()
  expect(few.errors.map((error: { path: string }) => error.path)).toEqual(['/query/a', '/header/x-a'])
  const mixed = await (await served.get(`/mixed?${pairs}`)).json()
  expect([mixed.errors.length, mixed.detail]).toEqual([100, expect.stringContaining('151 of')])
})

test('a form that is shown again has its first errors', async () => {
  const shown = await post('/shown', JSON.stringify({ lines: [{ id: 'x', quantity: 1 }, ...Array(150).fill(0)] }))
  expect([shown.status, await shown.json()]).toEqual([422, { errors: ['Must be number.'], status: 422 }])
})

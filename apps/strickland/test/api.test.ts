import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openShop } from './shop.ts'

const { t, app, db } = await openShop()
const rollback = { begin: () => db.begin(app), end: () => db.rollback() }

const products = (query: object | string) => t.get('/api/products').query(query as never)
const order = (...lines: unknown[]) => t.post('/api/orders').json({ lines })
const stockOf = async (id: number): Promise<number> => (await t.get(`/api/products/${id}`)).json.stock
const paths = (...expected: string[]) => expected.map(path => expect.objectContaining({ path }))

describe('GET /api/products', () => {
  test('gives the first page of all products, 24 at a time', async () => {
    const { json } = await t.get('/api/products').status(200).json('/page', 1).json('/pages', 14).json('/total', 315)
    expect(json.items).toHaveLength(24)
    expect(Object.keys(json.items[0])).toEqual(['id', 'slug', 'name', 'category', 'priceCents', 'stock'])
  })

  test('searches, filters by category and pages', async () => {
    const hoses = await products({ category: 'hoses', page: 2 }).json('/page', 2).json('/pages', 2).json('/total', 30)
    expect(hoses.json.items).toHaveLength(6)
    const { json } = await products({ q: 'braided', category: 'hoses' }).json('/total', 6)
    expect(json.items.every((item: { name: string }) => item.name.startsWith('Braided'))).toBe(true)
  })

  test('takes what a person types as words, never as a pattern or as SQL', async () => {
    await products({ q: '%' }).json('/total', 0)
    await products({ q: "'; drop table products; --" }).status(200)
    await products({ q: '"Low & Slow' }).satisfies(({ json }) => json.total > 0)
    await t.get('/api/products').json('/total', 315)
  })

  test('answers a page past the last with no items', async () => {
    await products({ page: 99 }).json('/items', []).json('/page', 99).json('/total', 315)
  })

  test('rejects an invalid page, and reports every wrong field at once', async () => {
    await products('page=zero&q=%00').problem('validation_failed', {
      status: 422,
      errors: paths('/query/q', '/query/page'),
    })
  })
})

describe('GET /api/products/:id', () => {
  test('gives one product', async () => {
    const name = 'Strickland Standard Steel Cylinder, 5 lb'
    await t.get('/api/products/1').json('', expect.objectContaining({ id: 1, name, category: 'cylinders' }))
  })

  test('answers 404 for one that does not exist, even beyond what the database can number', async () => {
    await t.get('/api/products/999999').status(404).problem('product_not_found')
    await t.get('/api/products/9007199254740991').status(404).problem('product_not_found')
  })

  test('answers 422 for an invalid id', async () => {
    const errors = [{ path: '/path/id', code: 'regex', message: 'Must be a whole number.' }]
    await t.get('/api/products/abc').problem('validation_failed', { status: 422, errors })
  })
})

describe('orders', () => {
  beforeEach(rollback.begin)
  afterEach(rollback.end)

  test('an order takes stock, is answered with its address, and can be read again', async () => {
    const before = await stockOf(2)
    const lines = [
      { productId: 2, quantity: 2 },
      { productId: 40, quantity: 1 },
    ]
    const { json, headers } = await order(...lines).status(201)
    expect(headers.get('location')).toBe(`/api/orders/${json.id}`)
    expect(json.lines).toEqual(lines.map(line => expect.objectContaining(line)))
    expect(json.totalCents).toBe(json.lines[0].priceCents * 2 + json.lines[1].priceCents)
    expect(new Date(json.createdAt).toISOString()).toBe(json.createdAt)
    expect(await stockOf(2)).toBe(before - 2)
    await t.get(`/api/orders/${json.id}`).json(json)
  })

  test('not enough stock is a 409 that names the line, and takes nothing', async () => {
    const [first, second] = [await stockOf(3), await stockOf(4)]
    await order({ productId: 3, quantity: 1 }, { productId: 4, quantity: second + 1 })
      .problem('not_enough_stock', { status: 409 })
      .json('/errors/0', expect.objectContaining({ path: '/body/lines/1', code: 'not_enough_stock' }))
    expect(await stockOf(3)).toBe(first)
  })

  test('several lines of one product count together', async () => {
    await order({ productId: 5, quantity: await stockOf(5) }, { productId: 5, quantity: 1 })
      .problem('not_enough_stock', { status: 409 })
      .json('/errors/0/path', '/body/lines/1')
  })

  test('refuses invalid orders, pointing at each mistake', async () => {
    const { json } = await order({ productId: '1', quantity: 0 }, {}).problem('validation_failed', { status: 422 })
    expect(json.errors.map((error: { path: string; code: string }) => `${error.path} ${error.code}`)).toEqual([
      '/body/lines/0/productId number',
      '/body/lines/0/quantity min_value',
      '/body/lines/1/productId required',
      '/body/lines/1/quantity required',
    ])
    await order().problem('validation_failed', { status: 422 })
    await order({ productId: 999999, quantity: 1 })
      .problem('validation_failed', { status: 422 })
      .json('/errors/0/path', '/body/lines/0/productId')
    for (const productId of [1e23, 1.5, -1, Number.MAX_SAFE_INTEGER])
      await order({ productId, quantity: 1 }).problem('validation_failed', { status: 422 })
  })

  test('of an order with too many lines no line is looked at', async () => {
    const errors = [{ path: '/body/lines', code: 'max_length', message: 'An order has at most 50 lines.' }]
    await order(...Array(1000).fill(0)).problem('validation_failed', { status: 422, errors })
  })

  test('answers broken JSON with 400 and another media type with 415', async () => {
    const broken = t.post('/api/orders').header('Content-Type', 'application/json').body('{"lines": [')
    await broken.status(400).json('/correlationId', /^\S{8,}$/)
    await t.post('/api/orders').body('lines').status(415)
  })

  test('answers 404 for an unknown order and 422 for an invalid id', async () => {
    await t.get('/api/orders/00000000-0000-4000-8000-000000000000').status(404).problem('order_not_found')
    await t.get('/api/orders/1').status(422).problem('validation_failed')
  })
})

test('two orders for the last of a product: one gets it', async () => {
  const last = { productId: 6, quantity: await stockOf(6) }
  const answers = await Promise.all([order(last), order(last)])
  expect(answers.map(answer => answer.status).sort()).toEqual([201, 409])
  expect(await stockOf(6)).toBe(0)
})

test('an address that does not exist is a 404 problem, a wrong method a 405 with Allow', async () => {
  await t.get('/api/nothing').problem('not_found', { status: 404, correlationId: /^\S{8,}$/ })
  const allow = (field: string) => String(field.split(', ').sort()) === 'GET,HEAD,OPTIONS'
  await t.post('/api/products/1').json({}).status(405).problem('method_not_allowed').header('allow', allow)
})

test.each(['/healthz', '/livez', '/readyz'])('is alive, healthy and ready: %s', async path => {
  await t.get(path).status(200).json('/status', 'ok')
})

describe('the OpenAPI document', () => {
  test('has every route of the API, with its status, and nothing else', async () => {
    const { json } = await t.get('/openapi.json')
    const operations = Object.entries(json.paths as Record<string, Record<string, { responses: object }>>).flatMap(
      ([path, methods]) =>
        Object.entries(methods).map(([method, { responses }]) => [`${method} ${path}`, Object.keys(responses)]),
    )
    expect(operations).toEqual([
      ['get /api/hello', ['200', 'default']],
      ['get /api/products', ['200', '422', 'default']],
      ['get /api/products/{id}', ['200', '422', 'default']],
      ['post /api/orders', ['201', '422', 'default']],
      ['get /api/orders/{id}', ['200', '422', 'default']],
    ])
  })

  test('describes the lines of an order, though their number is checked first', async () => {
    const { json } = await t.get('/openapi.json')
    const { lines } = json.paths['/api/orders'].post.requestBody.content['application/json'].schema.properties
    expect(lines).toMatchObject({ type: 'array', minItems: 1, maxItems: 50 })
    expect(Object.keys(lines.items.properties)).toEqual(['productId', 'quantity'])
  })
})

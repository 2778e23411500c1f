import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Shop, startShop } from './shop.ts'

let shop: Shop
beforeAll(async () => {
  shop = await startShop()
})
afterAll(() => shop.close())

const get = async (path: string) => {
  const response = await fetch(shop.url + path)
  return { response, body: await response.json() }
}

const post = async (path: string, body: unknown, type = 'application/json') => {
  const response = await fetch(shop.url + path, {
    method: 'POST',
    headers: { 'content-type': type },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  return { response, body: await response.json() }
}

function expectProblem(
  answer: { response: Response; body: Record<string, unknown> },
  status: number,
  code: string,
): void {
  expect(answer.response.status).toBe(status)
  expect(answer.response.headers.get('content-type')).toContain('application/problem+json')
  expect(answer.body).toMatchObject({ status, code })
  expect(answer.body.correlationId).toMatch(/^\S{8,}$/)
}

describe('GET /api/products', () => {
  test('gives the first page of all products, 24 at a time', async () => {
    const { response, body } = await get('/api/products')
    expect(response.status).toBe(200)
    expect(body).toMatchObject({ page: 1, pages: 14, total: 315 })
    expect(body.items).toHaveLength(24)
    expect(Object.keys(body.items[0])).toEqual(['id', 'slug', 'name', 'category', 'priceCents', 'stock'])
  })

  test('searches, filters by category and pages', async () => {
    const hoses = await get('/api/products?category=hoses&page=2')
    expect(hoses.body).toMatchObject({ page: 2, pages: 2, total: 30 })
    expect(hoses.body.items).toHaveLength(6)
    const braided = await get('/api/products?q=braided&category=hoses')
    expect(braided.body.total).toBe(6)
    expect(braided.body.items.every((item: { name: string }) => item.name.startsWith('Braided'))).toBe(true)
  })

  test('takes what a person types as words, never as a pattern or as SQL', async () => {
    expect((await get(`/api/products?q=${encodeURIComponent('%')}`)).body.total).toBe(0)
    expect((await get(`/api/products?q=${encodeURIComponent("'; drop table products; --")}`)).response.status).toBe(200)
    expect((await get(`/api/products?q=${encodeURIComponent('"Low & Slow')}`)).body.total).toBeGreaterThan(0)
    expect((await get('/api/products')).body.total).toBe(315)
  })

  test('answers a page past the last with no items', async () => {
    expect((await get('/api/products?page=99')).body).toMatchObject({ items: [], page: 99, total: 315 })
  })

  test('refuses a page that is none, and reports every wrong field at once', async () => {
    const answer = await get('/api/products?page=zero&q=%00')
    expectProblem(answer, 422, 'validation_failed')
    expect(answer.body.errors.map((error: { path: string }) => error.path)).toEqual(['/query/q', '/query/page'])
  })
})

describe('GET /api/products/:id', () => {
  test('gives one product', async () => {
    const { body } = await get('/api/products/1')
    expect(body).toMatchObject({ id: 1, name: 'Strickland Standard Steel Cylinder, 5 lb', category: 'cylinders' })
  })

  test('answers 404 for one that does not exist, even beyond what the database can number', async () => {
    expectProblem(await get('/api/products/999999'), 404, 'product_not_found')
    expectProblem(await get('/api/products/9007199254740991'), 404, 'product_not_found')
  })

  test('answers 422 for what is no id', async () => {
    const answer = await get('/api/products/abc')
    expectProblem(answer, 422, 'validation_failed')
    expect(answer.body.errors).toEqual([{ path: '/path/id', code: 'regex', message: 'Must be a whole number.' }])
  })
})

describe('orders', () => {
  test('an order takes stock, is answered with its address, and can be read again', async () => {
    const before = (await get('/api/products/2')).body.stock
    const { response, body } = await post('/api/orders', {
      lines: [
        { productId: 2, quantity: 2 },
        { productId: 40, quantity: 1 },
      ],
    })
    expect(response.status).toBe(201)
    expect(response.headers.get('location')).toBe(`/api/orders/${body.id}`)
    expect(body.lines).toHaveLength(2)
    expect(body.totalCents).toBe(body.lines[0].priceCents * 2 + body.lines[1].priceCents)
    expect(new Date(body.createdAt).toISOString()).toBe(body.createdAt)
    expect((await get('/api/products/2')).body.stock).toBe(before - 2)
    expect((await get(response.headers.get('location')!)).body).toEqual(body)
  })

  test('not enough stock is a 409 that names the line, and takes nothing', async () => {
    const [first, second] = [(await get('/api/products/3')).body, (await get('/api/products/4')).body]
    const answer = await post('/api/orders', {
      lines: [
        { productId: 3, quantity: 1 },
        { productId: 4, quantity: second.stock + 1 },
      ],
    })
    expectProblem(answer, 409, 'not_enough_stock')
    expect(answer.body.errors[0]).toMatchObject({ path: '/body/lines/1', code: 'not_enough_stock' })
    expect((await get('/api/products/3')).body.stock).toBe(first.stock)
  })

  test('several lines of one product count together', async () => {
    const { stock } = (await get('/api/products/5')).body
    const answer = await post('/api/orders', {
      lines: [
        { productId: 5, quantity: stock },
        { productId: 5, quantity: 1 },
      ],
    })
    expectProblem(answer, 409, 'not_enough_stock')
    expect(answer.body.errors[0].path).toBe('/body/lines/1')
  })

  test('two orders for the last of a product: one gets it', async () => {
    const { stock } = (await get('/api/products/6')).body
    const order = { lines: [{ productId: 6, quantity: stock }] }
    const answers = await Promise.all([post('/api/orders', order), post('/api/orders', order)])
    expect(answers.map(answer => answer.response.status).sort()).toEqual([201, 409])
    expect((await get('/api/products/6')).body.stock).toBe(0)
  })

  test('refuses orders that are none, pointing at each mistake', async () => {
    const answer = await post('/api/orders', { lines: [{ productId: '1', quantity: 0 }, {}] })
    expectProblem(answer, 422, 'validation_failed')
    expect(answer.body.errors.map((error: { path: string; code: string }) => `${error.path} ${error.code}`)).toEqual([
      '/body/lines/0/productId number',
      '/body/lines/0/quantity min_value',
      '/body/lines/1/productId required',
      '/body/lines/1/quantity required',
    ])
    expectProblem(await post('/api/orders', { lines: [] }), 422, 'validation_failed')
    const unknown = await post('/api/orders', { lines: [{ productId: 999999, quantity: 1 }] })
    expectProblem(unknown, 422, 'validation_failed')
    expect(unknown.body.errors[0].path).toBe('/body/lines/0/productId')
    for (const productId of [1e23, 1.5, -1, Number.MAX_SAFE_INTEGER]) {
      expectProblem(await post('/api/orders', { lines: [{ productId, quantity: 1 }] }), 422, 'validation_failed')
    }
  })

  test('answers broken JSON with 400 and another media type with 415', async () => {
    const broken = await post('/api/orders', '{"lines": [')
    expect(broken.response.status).toBe(400)
    expect(broken.body.correlationId).toBeTruthy()
    expect((await post('/api/orders', 'lines', 'text/plain')).response.status).toBe(415)
  })

  test('answers 404 for an unknown order and 422 for what is no id', async () => {
    expectProblem(await get('/api/orders/00000000-0000-4000-8000-000000000000'), 404, 'order_not_found')
    expectProblem(await get('/api/orders/1'), 422, 'validation_failed')
  })
})

test('an address that does not exist is a 404 problem, a wrong method a 405 with Allow', async () => {
  expectProblem(await get('/api/nothing'), 404, 'not_found')
  const answer = await post('/api/products/1', {})
  expectProblem(answer, 405, 'method_not_allowed')
  expect(answer.response.headers.get('allow')?.split(', ').sort()).toEqual(['GET', 'HEAD', 'OPTIONS'])
})

test('is alive, healthy and ready', async () => {
  for (const path of ['/healthz', '/livez', '/readyz']) {
    const { response, body } = await get(path)
    expect([path, response.status, body.status]).toEqual([path, 200, 'ok'])
  }
})

describe('the OpenAPI document', () => {
  test('has every route of the API, with its status, and nothing else', async () => {
    const { body } = await get('/openapi.json')
    const operations = Object.entries(body.paths as Record<string, Record<string, { responses: object }>>).flatMap(
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

  test('describes the lines of an order, though their number is judged first', async () => {
    const { body } = await get('/openapi.json')
    const { lines } = body.paths['/api/orders'].post.requestBody.content['application/json'].schema.properties
    expect(lines).toMatchObject({ type: 'array', minItems: 1, maxItems: 50 })
    expect(Object.keys(lines.items.properties)).toEqual(['productId', 'quantity'])
  })
})

test('of an order with too many lines no line is looked at', async () => {
  const answer = await post('/api/orders', { lines: Array(1000).fill(0) })
  expectProblem(answer, 422, 'validation_failed')
  expect(answer.body.errors).toEqual([
    { path: '/body/lines', code: 'max_length', message: 'An order has at most 50 lines.' },
  ])
})

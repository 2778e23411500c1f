import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Shop, startShop } from './shop.ts'

let shop: Shop
beforeAll(async () => {
  shop = await startShop()
})
afterAll(() => shop.close())

const get = async (path: string) => {
  const response = await fetch(shop.url + path, { headers: { accept: 'text/html,*/*;q=0.8' } })
  return { response, html: await response.text() }
}

test('the home page shows categories and products', async () => {
  const { response, html } = await get('/')
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
  expect(html).toMatch(/^<!doctype html>/i)
  expect(html).toContain('Cylinders &amp; Tanks')
  expect(html).toContain('href="/products?category=grills"')
})

test('the product list searches and pages, and keeps the query in its links', async () => {
  const { html } = await get('/products?category=hoses&q=hose')
  expect(html).toContain('30 products')
  expect(html).toContain('/products?q=hose&amp;category=hoses&amp;page=2')
  expect(html.match(/class="card"/g)).toHaveLength(24)
})

test('names with markup, quotes and emoji are shown as they are', async () => {
  const custom = await get('/products?q=Custom+Size')
  expect(custom.html).toContain('Large, &lt;Custom Size&gt;'.slice(7))
  expect(custom.html).not.toContain('<Custom Size>')
  expect((await get('/products?q=Smokestack')).html).toMatch(/&(quot|#34);Low &amp; Slow&(quot|#34);/)
  expect((await get('/products?q=Scout')).html).toContain('⛺')
})

test('what a person searched for comes back escaped', async () => {
  const { html } = await get(`/products?q=${encodeURIComponent('"><script>alert(1)</script>')}`)
  expect(html).not.toContain('<script>alert')
})

test('a product has a page of its own, and an unknown one is a 404 page', async () => {
  const { items } = await (await fetch(`${shop.url}/api/products?q=Porchlight`)).json()
  const product = await get(`/products/${items[0].slug}`)
  expect(product.response.status).toBe(200)
  expect(product.html).toContain('Two burners, a warming rack')
  const unknown = await get('/products/no-such-thing')
  expect(unknown.response.status).toBe(404)
  expect(unknown.response.headers.get('content-type')).toBe('text/html; charset=utf-8')
  expect(unknown.html).toContain('product_not_found')
})

test('a query that cannot be read is a 422 page for browsers', async () => {
  const { response, html } = await get('/products?page=first')
  expect(response.status).toBe(422)
  expect(html).toContain('validation_failed')
})

test('the stylesheet is served with a type and a validator', async () => {
  const response = await fetch(`${shop.url}/css/shop.css`)
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toContain('text/css')
  const again = await fetch(`${shop.url}/css/shop.css`, {
    headers: { 'if-none-match': response.headers.get('etag') ?? '' },
  })
  expect(again.status).toBe(304)
})

test('an address that no product can have is not found, whatever is in it', async () => {
  for (const slug of ['%F0%9F%94%A5', 'x'.repeat(500), "'%20or%201=1", '..%2f..%2fetc']) {
    expect([slug, (await shop.visitor().get(`/products/${slug}`)).status]).toEqual([slug, 404])
  }
  expect((await shop.visitor().get('/products/a%00b')).status).toBe(400)
  expect((await shop.visitor().get('/products?q=a%00b')).status).toBe(422)
})

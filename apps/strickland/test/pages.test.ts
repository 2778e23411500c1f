import { expect, test } from 'vitest'
import { openShop } from './shop.ts'

const { t } = await openShop()

test('the home page shows categories and products', async () => {
  await t
    .visit('/')
    .status(200)
    .type('text/html; charset=utf-8')
    .contains(/^<!doctype html>/i)
    .contains('Cylinders &amp; Tanks')
    .exists('a[href="/products?category=grills"]')
    .rendered('home', { featured: expect.any(Array) })
    .rendered('layouts/document')
    .maxQueries(3)
})

test('the product list searches and pages, and keeps the query in its links', async () => {
  const page = await t
    .visit('/products?category=hoses&q=hose')
    .text('main .kicker', '30 products')
    .count('.card', 24)
    .attribute('[rel=next]', 'href', '/products?q=hose&category=hoses&page=2')
  await page.click('Next').count('.card', 6)
})

test('names with markup, quotes and emoji are shown as they are', async () => {
  await t.visit('/products?q=Custom+Size').contains('&lt;Custom Size&gt;').lacks('<Custom Size>')
  await t.visit('/products?q=Smokestack').text('.card', /"Low & Slow"/)
  await t.visit('/products?q=Scout').contains('⛺')
})

test('search terms come back escaped', async () => {
  await t.visit('/').submit('form.search', { q: '"><script>alert(1)</script>' }).status(200).lacks('<script>alert')
})

test('a product has its own page, and an unknown one is a 404 page', async () => {
  const { json } = await t.get('/api/products?q=Porchlight')
  await t
    .visit(`/products/${json.items[0].slug}`)
    .status(200)
    .text('.lede', /^Two burners, a warming rack/)
  await t
    .visit('/products/no-such-thing')
    .status(404)
    .type('html')
    .text('main .kicker', /product_not_found/)
})

test('a query that cannot be read is a 422 page for browsers', async () => {
  await t
    .visit('/products?page=first')
    .status(422)
    .text('main .kicker', /validation_failed/)
})

test('the stylesheet may be cached publicly, and has a type and a validator', async () => {
  const { headers } = await t.get('/css/shop.css').status(200).type('css').header('etag')
  await t
    .get('/css/shop.css')
    .header('If-None-Match', headers.get('etag') ?? '')
    .status(304)
})

test('an address that no product can have is not found, whatever is in it', async () => {
  for (const slug of ['%F0%9F%94%A5', 'x'.repeat(500), "'%20or%201=1", '..%2f..%2fetc'])
    await t.visit(`/products/${slug}`).status(404)
  await t.visit('/products/a%00b').status(400)
  await t.visit('/products?q=a%00b').status(422)
})

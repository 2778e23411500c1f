import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Shop, startShop } from './shop.ts'

let shop: Shop
beforeAll(async () => {
  shop = await startShop()
})
afterAll(() => shop.close())

const LOGIN = '/login' // any page with a form has the token

describe('the cart', () => {
  test('takes products, adds up, and shows its count on every page', async () => {
    const visitor = shop.visitor()
    const { slug } = await (await fetch(`${shop.url}/api/products/7`)).json()
    const added = await visitor.submit(`/products/${slug}`, '/cart', { productId: '7', quantity: '2' })
    expect(added).toMatchObject({ status: 303, location: '/cart' })
    await visitor.submit(`/products/${slug}`, '/cart', { productId: '7', quantity: '1' })
    expect((await visitor.get('/')).html).toContain('<span class="badge">3<span class="unseen"> items</span></span>')
    const cart = await visitor.get('/cart')
    expect(cart.html).toContain('name="quantity" value="3"')
  })

  test('changes quantities, and none removes the line', async () => {
    const visitor = shop.visitor()
    await visitor.submit(LOGIN, '/cart', { productId: '7', quantity: '2' })
    await visitor.submit('/cart', '/cart/7', { quantity: '5' })
    expect((await visitor.get('/cart')).html).toContain('name="quantity" value="5"')
    await visitor.submit('/cart', '/cart/7', { quantity: '0' })
    const { html } = await visitor.get('/cart')
    expect(html).toContain('It is empty.')
    expect(html).not.toContain('class="badge"')
  })

  test('refuses quantities that are none, at the line they were meant for', async () => {
    const visitor = shop.visitor()
    await visitor.submit(LOGIN, '/cart', { productId: '7', quantity: '2' })
    for (const quantity of ['-1', '1000', 'many', '1.5', '']) {
      const { status, html } = await visitor.submit('/cart', '/cart/7', { quantity })
      expect([quantity, status]).toEqual([quantity, 422])
      expect(html).toMatch(/<p class="error" role="alert">Must be/)
      expect(html).toContain('name="quantity" value="2"')
    }
    const nothing = await visitor.submit(LOGIN, '/cart', { productId: '8', quantity: '0' })
    expect(nothing.status).toBe(422)
    expect(nothing.html).toContain('Nothing was added. Must be at least 1.')
  })

  test('refuses products that are none, and changes of lines that are not there', async () => {
    const visitor = shop.visitor()
    expect((await visitor.submit(LOGIN, '/cart', { productId: '999999', quantity: '1' })).status).toBe(404)
    expect((await visitor.submit(LOGIN, '/cart/7', { quantity: '3' })).status).toBe(303)
    expect((await visitor.get('/cart')).html).toContain('It is empty.')
  })

  test('holds fifty lines and no more, in a cookie that browsers keep', async () => {
    const visitor = shop.visitor()
    const { html: page } = await visitor.get(LOGIN)
    const csrf_token = /name="csrf_token" value="([^"]+)"/.exec(page)![1]!
    for (let id = 1; id <= 50; id++) await visitor.post('/cart', { csrf_token, productId: String(id), quantity: '999' })
    expect(Math.max(...visitor.setCookies.map(cookie => cookie.length))).toBeLessThan(4096)
    await visitor.post('/cart', { csrf_token, productId: '51', quantity: '1' })
    const { html } = await visitor.get('/cart')
    expect(html).toContain('A cart holds at most 50 different products.')
    expect(html.match(/name="quantity" value="999"/g)).toHaveLength(50)
  })

  test('is not changed from elsewhere: no token, and no other site', async () => {
    const visitor = shop.visitor()
    expect((await visitor.post('/cart', { productId: '7', quantity: '1' })).status).toBe(403)
    const { html } = await visitor.get(LOGIN)
    const csrf_token = /name="csrf_token" value="([^"]+)"/.exec(html)![1]!
    const fields = { csrf_token, productId: '7', quantity: '1' }
    for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { origin: 'https://evil.example' }]) {
      const refused = await visitor.post('/cart', fields, headers)
      expect(refused.status).toBe(403)
      expect(refused.html).toContain('csrf_cross_site')
    }
    expect((await visitor.get('/cart')).html).toContain('It is empty.')
  })
})

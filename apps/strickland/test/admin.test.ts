import { afterAll, beforeAll, expect, test } from 'vitest'
import { admin, customer } from './people.ts'
import { type Shop, startShop } from './shop.ts'
import type { Visitor } from './visitor.ts'

let shop: Shop
let buck: Visitor
beforeAll(async () => {
  shop = await startShop()
  buck = await admin(shop)
})
afterAll(() => shop.close())

const productOf = async (id: number) => (await fetch(`${shop.url}/api/products/${id}`)).json()

const PAGES = ['/admin', '/admin/orders', '/admin/products', '/admin/products/1']

test('is for administrators: customers get 403, strangers are sent to log in', async () => {
  const hank = await customer(shop, 'hank@strickland.example')
  const stranger = shop.visitor()
  for (const path of PAGES) {
    expect([path, (await hank.get(path)).status]).toEqual([path, 403])
    expect((await stranger.get(path)).location).toBe(`/login?return=${encodeURIComponent(path)}`)
  }
  const change = { known: '1', stock: '99' }
  expect((await hank.submit('/cart', '/admin/products/1', change)).status).toBe(403)
  expect((await stranger.submit('/login', '/admin/products/1', change)).status).toBe(401)
  expect((await hank.get('/')).html).not.toContain('href="/admin')
})

test('a role that is taken away is gone with the next request', async () => {
  const peggy = await admin(shop, 'peggy@strickland.example')
  expect((await peggy.get('/admin/orders')).status).toBe(200)
  await shop.app.db.execute(`update users set role = 'customer' where email = 'peggy@strickland.example'`)
  expect((await peggy.get('/admin/orders')).status).toBe(403)
})

test('lists the orders of everybody, and shows each', async () => {
  const bobby = await customer(shop, 'bobby@strickland.example', 'Bobby')
  await bobby.submit('/cart', '/cart', { productId: '3', quantity: '2' })
  const { location } = await bobby.submit('/checkout', '/checkout', {})
  const { html } = await buck.get('/admin/orders')
  expect(html).toContain('bobby@strickland.example')
  expect(html).toContain(`href="/admin${location}"`)
  expect((await buck.get(`/admin${location}`)).html).toContain('2 at $')
  expect((await buck.get('/admin/orders/00000000-0000-4000-8000-000000000000')).status).toBe(404)
})

test('changes the stock of a product', async () => {
  const { html } = await buck.get('/admin/products?q=Weed+Torch')
  const path = /href="(\/admin\/products\/\d+)"/.exec(html)![1]!
  const id = Number(path.split('/').at(-1))
  const { stock } = await productOf(id)
  const saved = await buck.submit(path, path, { known: String(stock), stock: '42' })
  expect(saved).toMatchObject({ status: 303, location: path })
  expect((await buck.get(path)).html).toContain('The stock is changed.')
  expect((await productOf(id)).stock).toBe(42)
})

test('does not undo an order that came while the stock was being changed', async () => {
  await shop.app.db.execute('update products set stock = 9 where id = 5')
  const refused = await buck.submit('/admin/products/5', '/admin/products/5', { known: '10', stock: '20' })
  expect(refused.status).toBe(409)
  expect(refused.html).toContain('The stock has changed meanwhile.')
  expect(refused.html).toContain('name="known" value="9"')
  expect(refused.html).toMatch(/id="stock"[^>]* value="20"/)
  expect((await productOf(5)).stock).toBe(9)
})

test('refuses a stock that is none, and a product that is none', async () => {
  for (const stock of ['-1', 'many', '', '1e9']) {
    const refused = await buck.submit('/admin/products/5', '/admin/products/5', { known: '9', stock })
    expect([stock, refused.status]).toEqual([stock, 422])
    expect(refused.html).toMatch(/id="stock"[^>]* aria-invalid="true"/)
  }
  expect((await buck.get('/admin/products/999999')).status).toBe(404)
  expect((await buck.get('/admin/products/x')).status).toBe(422)
  expect((await buck.submit('/cart', '/admin/products/999999', { known: '1', stock: '1' })).status).toBe(404)
})

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { customer } from './people.ts'
import { type Shop, startShop } from './shop.ts'
import type { Visitor } from './visitor.ts'

let shop: Shop
let hank: Visitor
beforeAll(async () => {
  shop = await startShop()
  hank = await customer(shop, 'hank@strickland.example')
})
afterAll(() => shop.close())

const stockOf = async (id: number) => (await (await fetch(`${shop.url}/api/products/${id}`)).json()).stock as number
const setStock = (id: number, stock: number) =>
  shop.app.db.execute('update products set stock = $2 where id = $1', [id, stock])
const add = (visitor: Visitor, productId: number, quantity = 1) =>
  visitor.submit('/cart', '/cart', { productId: String(productId), quantity: String(quantity) })

async function order(visitor: Visitor, productId: number): Promise<string> {
  await add(visitor, productId)
  return (await visitor.submit('/checkout', '/checkout', {})).location!
}

describe('checking out', () => {
  test('places the order, takes the stock, empties the cart, and shows it', async () => {
    const before = await stockOf(2)
    await add(hank, 2, 2)
    const placed = await hank.submit('/checkout', '/checkout', {})
    expect(placed.status).toBe(303)
    expect(placed.location).toMatch(/^\/orders\/[0-9a-f-]{36}$/)
    expect(await stockOf(2)).toBe(before - 2)
    const page = await hank.get(placed.location!)
    expect(page.html).toContain('Thank you. Your order is placed.')
    expect(page.html).toContain('2 at $')
    expect((await hank.get('/cart')).html).toContain('It is empty.')
    expect((await hank.get('/orders')).html).toContain(placed.location!)
  })

  test('sends strangers to log in, with their cart, and back', async () => {
    const stranger = shop.visitor()
    await stranger.submit('/login', '/cart', { productId: '2', quantity: '1' })
    expect((await stranger.get('/checkout')).location).toBe('/login?return=%2Fcheckout')
    expect((await stranger.submit('/login', '/checkout', {})).status).toBe(401)
    const fields = {
      name: 'Peggy',
      email: 'peggy@strickland.example',
      password: 'a substitute teacher',
      return: '/checkout',
    }
    expect((await stranger.submit('/sign-up', '/sign-up', fields)).location).toBe('/checkout')
    expect((await stranger.get('/checkout')).html).toContain('Place the order')
  })

  test('shows at its line what there is not enough of, and takes nothing', async () => {
    const visitor = await customer(shop, 'dale@strickland.example', 'Dale')
    await setStock(10, 5)
    await setStock(11, 5)
    await add(visitor, 10, 2)
    await add(visitor, 11, 4)
    await setStock(11, 3)
    const refused = await visitor.submit('/checkout', '/checkout', {})
    expect(refused.status).toBe(409)
    const lines = refused.html.split('<li>').slice(1)
    expect(lines[0]).not.toContain('class="error"')
    expect(lines[1]).toContain('<p class="error" role="alert">Only 3 of')
    expect([await stockOf(10), await stockOf(11)]).toEqual([5, 3])
    await visitor.submit('/cart', '/cart/11', { quantity: '3' })
    expect((await visitor.submit('/checkout', '/checkout', {})).status).toBe(303)
    expect([await stockOf(10), await stockOf(11)]).toEqual([3, 0])
  })

  test('makes one order of a cart that is sent twice, at once or again', async () => {
    const visitor = await customer(shop, 'bill@strickland.example', 'Bill')
    await setStock(20, 1)
    await add(visitor, 20)
    const again = new Map(visitor.cookies)
    const { html } = await visitor.get('/checkout')
    const csrf_token = /name="csrf_token" value="([^"]+)"/.exec(html)![1]!
    const answers = await Promise.all([1, 2, 3].map(() => visitor.post('/checkout', { csrf_token })))
    expect(answers.map(answer => answer.status)).toEqual([303, 303, 303])
    expect(new Set(answers.map(answer => answer.location)).size).toBe(1)
    for (const [name, value] of again) visitor.cookies.set(name, value)
    expect((await visitor.post('/checkout', { csrf_token })).location).toBe(answers[0]!.location)
    expect(await stockOf(20)).toBe(0)
  })

  test('leaves out what is no longer sold, as the page before it does', async () => {
    const visitor = await customer(shop, 'luanne@strickland.example', 'Luanne')
    const sql = `insert into products (category_id, slug, name, description, price_cents, stock)
      select id, 'short-lived', 'Short-Lived', '', 100, 1 from categories limit 1 returning id`
    const { id } = await shop.app.db.one<{ id: number }>(sql)
    await add(visitor, id)
    await add(visitor, 40)
    await shop.app.db.execute('delete from products where id = $1', [id])
    expect((await visitor.get('/checkout')).html).not.toContain('Short-Lived')
    const { location } = await visitor.submit('/checkout', '/checkout', {})
    expect((await visitor.get(location!)).html.match(/1 at \$/g)).toHaveLength(1)
  })

  test('of nothing leads back to the cart', async () => {
    expect((await hank.get('/checkout')).location).toBe('/cart')
    expect((await hank.submit('/orders', '/checkout', {})).location).toBe('/cart')
  })
})

describe('orders', () => {
  test('are for whoever placed them: for others they are not found', async () => {
    const path = await order(hank, 30)
    expect((await hank.get(path)).status).toBe(200)
    const other = await customer(shop, 'kahn@strickland.example', 'Kahn')
    const refused = await other.get(path)
    expect(refused.status).toBe(404)
    expect(refused.html).toContain('order_not_found')
    expect((await other.get('/orders')).html).toContain('None yet.')
    expect((await shop.visitor().get(path)).status).toBe(303)
  })

  test('that came by the API are in nobody’s list', async () => {
    const response = await fetch(`${shop.url}/api/orders`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ lines: [{ productId: 31, quantity: 1 }] }),
    })
    const { id } = await response.json()
    expect((await hank.get(`/orders/${id}`)).status).toBe(404)
  })

  test('that are none are a 404 page, or a 422 page', async () => {
    expect((await hank.get('/orders/00000000-0000-4000-8000-000000000000')).status).toBe(404)
    expect((await hank.get('/orders/1')).status).toBe(422)
  })
})

test('an order of a customer is not shown by the API, which asks nobody who they are', async () => {
  const path = await order(hank, 3)
  expect((await hank.get(path)).status).toBe(200)
  expect((await fetch(`${shop.url}/api${path}`)).status).toBe(404)
})

import type { TestRequest, Visitor } from '@arlen/testing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { csrfToken, openShop, PASSWORD } from './shop.ts'

const { t, app, db, person } = await openShop()
const ORDER = /^\/orders\/[0-9a-f-]{36}$/
let hank: Visitor

const stockOf = async (id: number): Promise<number> => (await t.get(`/api/products/${id}`)).json.stock
const setStock = (id: number, stock: number) =>
  app.db.execute('update products set stock = $2 where id = $1', [id, stock])
const place = (visitor: Visitor): TestRequest => visitor.visit('/checkout').click('Place the order')

async function add(visitor: Visitor, productId: number, quantity = 1): Promise<void> {
  await visitor
    .post('/cart')
    .form({ csrf_token: await csrfToken(visitor), productId, quantity })
    .redirect('/cart')
}

async function order(visitor: Visitor, productId: number): Promise<string> {
  await add(visitor, productId)
  return (await place(visitor).redirect(ORDER)).headers.get('location')!
}

describe('in a transaction', () => {
  beforeEach(async () => {
    await db.begin(app)
    hank = t.as(await person('Hank'))
  })
  afterEach(() => db.rollback())

  describe('checking out', () => {
    test('places the order, takes the stock, empties the cart, and shows it', async () => {
      const before = await stockOf(2)
      await add(hank, 2, 2)
      const placed = await place(hank).redirect(ORDER, 303)
      expect(await stockOf(2)).toBe(before - 2)
      const path = placed.headers.get('location')!
      await hank
        .visit(path)
        .text('[role=status]', 'Thank you. Your order is placed.')
        .text('.lines .kicker', /^2 at \$/)
      await hank.visit('/cart').text('main .lede', /^It is empty\./)
      await hank.visit('/orders').exists(`main a[href="${path}"]`)
    })

    test('sends strangers to log in, with their cart, and back', async () => {
      const stranger = t.visitor()
      await add(stranger, 2)
      await stranger
        .post('/checkout')
        .form({ csrf_token: await csrfToken(stranger) })
        .status(401)
      const signUp = await stranger
        .visit('/checkout')
        .redirects()
        .text('h1', 'Log in')
        .click('main a[href^="/sign-up"]')
      await signUp
        .submit('main form', { name: 'Peggy', email: 'peggy@strickland.example', password: PASSWORD })
        .redirect('/checkout')
      await stranger.visit('/checkout').text('main button', 'Place the order')
    })

    test('shows at its line what there is not enough of, and takes nothing', async () => {
      await setStock(10, 5)
      await setStock(11, 5)
      await add(hank, 10, 2)
      await add(hank, 11, 4)
      await setStock(11, 3)
      await place(hank)
        .status(409)
        .missing('.lines li:nth-child(1) .error')
        .text('.lines li:nth-child(2) .error[role=alert]', /^Only 3 of/)
      expect([await stockOf(10), await stockOf(11)]).toEqual([5, 3])
      await hank.visit('/cart').submit('[action="/cart/11"]:has([type=number])', { quantity: 3 })
      await place(hank).redirect(ORDER)
      expect([await stockOf(10), await stockOf(11)]).toEqual([3, 0])
    })

    test('omits products that are no longer sold, like the page before it', async () => {
      const id =
        await app.db.value<number>(`insert into products (category_id, slug, name, description, price_cents, stock)
        select id, 'short-lived', 'Short-Lived', '', 100, 1 from categories limit 1 returning id`)
      await add(hank, id)
      await add(hank, 40)
      await app.db.execute('delete from products where id = $1', [id])
      const page = await hank.visit('/checkout').lacks('Short-Lived')
      await page
        .click('Place the order')
        .redirects()
        .count('.lines li', 1)
        .text('.lines .kicker', /^1 at \$/)
    })

    test('of nothing leads back to the cart', async () => {
      await hank.visit('/checkout').redirect('/cart')
      await hank
        .post('/checkout')
        .form({ csrf_token: await csrfToken(hank) })
        .redirect('/cart')
    })
  })

  describe('orders', () => {
    test('are visible only to the customer who placed them; others get 404', async () => {
      const path = await order(hank, 30)
      await hank.visit(path).status(200).cacheable(false)
      const other = t.as(await person('Kahn'))
      await other
        .visit(path)
        .status(404)
        .text('main .kicker', /order_not_found/)
      await other.visit('/orders').text('main .lede', /^None yet\./)
      await t.visit(path).redirect(/^\/login/)
      // Nor are they shown by the API, which asks nobody who they are.
      await t.get(`/api${path}`).status(404)
    })

    test('placed through the API appear in no list of orders', async () => {
      const { json } = await t
        .post('/api/orders')
        .json({ lines: [{ productId: 31, quantity: 1 }] })
        .status(201)
      await hank.visit(`/orders/${json.id}`).status(404)
    })

    test('that are none are a 404 page, or a 422 page', async () => {
      await hank.visit('/orders/00000000-0000-4000-8000-000000000000').status(404)
      await hank.visit('/orders/1').status(422)
    })
  })
})

test('makes one order of a cart that is sent twice, at once or again', async () => {
  const bill = t.as(await person('Bill'))
  await setStock(20, 1)
  await add(bill, 20)
  const form = { csrf_token: await csrfToken(bill) }
  const again = t.visitor({ cookies: bill.cookies })
  const answers = await Promise.all([1, 2, 3].map(() => bill.post('/checkout').form(form).redirect(ORDER)))
  const [location, ...others] = new Set(answers.map(({ headers }) => headers.get('location')))
  expect(others).toEqual([])
  await again.post('/checkout').form(form).redirect(location!)
  expect(await stockOf(20)).toBe(0)
})

import type { Visitor } from '@arlen/testing'
import { afterEach, beforeEach, describe, test } from 'vitest'
import { csrfToken, openShop } from './shop.ts'

const { t, app, db } = await openShop()
let visitor: Visitor
beforeEach(async () => {
  await db.begin(app)
  visitor = t.visitor()
})
afterEach(() => db.rollback())

const TORCH = '/products/weed-torch-with-trigger-217'
const LINE = '[action="/cart/217"]'
const quantity = (expected: string) => visitor.visit('/cart').attribute(`${LINE} [type=number]`, 'value', expected)
const isEmpty = () => visitor.visit('/cart').text('main .lede', /^It is empty\./)

describe('the cart', () => {
  test('takes products, adds up, and shows its count on every page', async () => {
    await visitor.visit(TORCH).submit('form.add', { quantity: 2 }).redirect('/cart', 303)
    await visitor.visit(TORCH).click('Add to cart')
    await visitor.visit('/').text('.badge', '3 items').rendered('layouts/account')
    await quantity('3')
  })

  test('changes quantities, and none removes the line', async () => {
    await visitor.visit(TORCH).click('Add to cart')
    await visitor.visit('/cart').fill('Quantity of Weed Torch, with Trigger', 5).click('Change')
    await quantity('5')
    await visitor.visit('/cart').click('Remove Weed Torch, with Trigger')
    await (await isEmpty()).expect.missing('.badge')
  })

  test('refuses invalid quantities, at the line they were meant for', async () => {
    await visitor.visit(TORCH).submit('form.add', { quantity: 2 })
    for (const wrong of ['-1', '1000', 'many', '1.5', ''])
      await visitor
        .visit('/cart')
        .submit(`${LINE}:has([type=number])`, { quantity: wrong })
        .status(422)
        .text('.lines p.error[role=alert]', /^Must be/)
        .attribute(`${LINE} [type=number]`, 'value', '2')
    await visitor
      .visit(TORCH)
      .submit('form.add', { quantity: '0', productId: '8' })
      .status(422)
      .text('.message[role=alert]', 'Nothing was added. Must be at least 1.')
  })

  test('refuses invalid products, and changes of lines that are not there', async () => {
    await visitor.visit(TORCH).submit('form.add', { productId: '999999' }).status(404)
    await visitor
      .post('/cart/7')
      .form({ csrf_token: await csrfToken(visitor), quantity: '3' })
      .status(303)
    await isEmpty()
  })

  test('holds fifty lines and no more, in a cookie that browsers keep', async () => {
    const csrf_token = await csrfToken(visitor)
    const add = (productId: number, quantity: number) => visitor.post('/cart').form({ csrf_token, productId, quantity })
    for (let id = 1; id <= 50; id++)
      await add(id, 999).satisfies(({ headers }) => headers.getSetCookie().every(cookie => cookie.length < 4096))
    await add(51, 1)
    const cart = await visitor
      .visit('/cart')
      .text('.message[role=alert]', 'A cart holds at most 50 different products.')
    cart.expect.count('[type=number][value="999"]', 50).maxQueries(1)
  })

  test('is not changed from elsewhere: no token, and no other site', async () => {
    const fields = { productId: '217', quantity: '1' }
    await visitor.post('/cart').form(fields).status(403)
    const csrf_token = await csrfToken(visitor)
    for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { origin: 'https://evil.example' }])
      await visitor
        .post('/cart', { headers, form: { csrf_token, ...fields } })
        .status(403)
        .problem('csrf_cross_site')
    await isEmpty()
  })
})

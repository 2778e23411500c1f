import type { Visitor } from '@arlen/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { csrfToken, emailOf, openShop } from './shop.ts'

const { t, app, db, person } = await openShop()
let buck: Visitor
let hank: Visitor
beforeEach(async () => {
  await db.begin(app)
  buck = t.as(await person('Buck', 'admin'))
  hank = t.as(await person('Hank'))
})
afterEach(() => db.rollback())

const PAGES = ['/admin', '/admin/orders', '/admin/products', '/admin/products/1']
const stockOf = async (id: number) => (await t.get(`/api/products/${id}`)).json.stock

test('is for administrators: customers get 403, strangers are sent to log in', async () => {
  for (const path of PAGES) {
    await hank.visit(path).status(403)
    await t.visit(path).redirect(`/login?return=${encodeURIComponent(path)}`)
  }
  const change = { known: '1', stock: '99' }
  await hank
    .post('/admin/products/1')
    .form({ csrf_token: await csrfToken(hank), ...change })
    .status(403)
    .problem('role_required')
  await t
    .post('/admin/products/1')
    .form({ csrf_token: await csrfToken(t), ...change })
    .status(401)
  await hank.visit('/').missing('[href^="/admin"]')
})

test('a role that is taken away is gone with the next request', async () => {
  await buck.visit('/admin/orders').status(200)
  await app.db.execute(`update users set role = 'customer' where name = 'Buck'`)
  await buck.visit('/admin/orders').status(403)
})

test('lists the orders of all users, in few queries, and shows each', async () => {
  const { slug } = (await t.get('/api/products/3')).json
  await hank.visit(`/products/${slug}`).submit('form.add', { quantity: 2 })
  const { headers } = await hank
    .visit('/checkout')
    .submit('main form')
    .redirect(/^\/orders\//)
  const path = `/admin${headers.get('location')}`
  await buck
    .visit('/admin/orders')
    .text('tbody td:nth-child(2)', emailOf('Hank'))
    .attribute('tbody a', 'href', path)
    .maxQueries(3)
  await buck.visit(path).text('.lines .kicker', /^2 at \$/)
  await buck.visit('/admin/orders/00000000-0000-4000-8000-000000000000').status(404)
})

test('changes the stock of a product', async () => {
  const page = await buck.visit('/admin/products?q=Weed+Torch').click('Weed Torch, with Trigger')
  await page.fill('Stock', 42).click('Save').redirect(page.url.pathname, 303)
  await buck.visit(page.url.pathname).text('[role=status]', 'The stock is changed.')
  expect(await stockOf(217)).toBe(42)
})

test('does not undo an order that came while the stock was being changed', async () => {
  const page = await buck.visit('/admin/products/5')
  await app.db.execute('update products set stock = 9 where id = 5')
  await page
    .submit('.sheet form', { stock: '20' })
    .status(409)
    .text('[role=alert]', /^The stock has changed meanwhile\./)
    .attribute('[name=known]', 'value', '9')
    .attribute('#stock', 'value', '20')
  expect(await stockOf(5)).toBe(9)
})

test('rejects an invalid stock, and a product that does not exist', async () => {
  for (const stock of ['-1', 'many', '', '1e9'])
    await buck
      .visit('/admin/products/5')
      .submit('.sheet form', { stock })
      .status(422)
      .attribute('#stock', 'aria-invalid', 'true')
  await buck.visit('/admin/products/999999').status(404)
  await buck.visit('/admin/products/x').status(422)
  await buck
    .post('/admin/products/999999')
    .form({ csrf_token: await csrfToken(buck), known: '1', stock: '1' })
    .status(404)
})

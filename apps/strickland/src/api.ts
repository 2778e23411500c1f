import { IntegerParam, type Routes } from 'arlen'
import * as v from 'valibot'
import { orderById, placeOrder } from './orders.ts'
import { ProductQuery } from './product-query.ts'
import { findProducts, productById } from './products.ts'

const Product = v.object({
  id: v.number(),
  slug: v.string(),
  name: v.string(),
  category: v.string(),
  priceCents: v.number(),
  stock: v.number(),
})

const ProductPage = v.object({
  items: v.array(Product),
  page: v.number(),
  pages: v.number(),
  total: v.number(),
})

const Order = v.object({
  id: v.pipe(v.string(), v.uuid()),
  lines: v.array(v.object({ productId: v.number(), name: v.string(), quantity: v.number(), priceCents: v.number() })),
  totalCents: v.number(),
  createdAt: v.pipe(v.string(), v.isoTimestamp()),
})

const OrderLine = v.object({
  productId: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  quantity: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(999)),
})

const OrderInput = v.object({
  lines: v.pipe(
    v.array(v.unknown()),
    v.minLength(1, 'An order has at least one line.'),
    v.maxLength(50, 'An order has at most 50 lines.'),
    // After the length check: the lines of a list that is too long are not examined.
    v.array(OrderLine),
  ),
})

const OrderId = v.object({ id: v.pipe(v.string(), v.uuid()) })

export function api(routes: Routes<'/api'>): void {
  routes.get('/hello', () => ({ message: 'Hello from Strickland Propane' }))

  routes.get('/products', { query: ProductQuery, response: ProductPage }, c => findProducts(c.db, c.valid.query))

  routes.get('/products/:id', { params: v.object({ id: IntegerParam }), response: Product }, async c => {
    return (await productById(c.db, c.valid.params.id)) ?? c.problem(404, 'product_not_found')
  })

  routes.post('/orders', { body: OrderInput, response: { 201: Order } }, async c => {
    const order = await placeOrder(c.db, c.valid.body.lines)
    c.res.status = 201
    c.res.headers.set('location', c.urlFor('order', { id: order.id }))
    return order
  })

  routes.get('/orders/:id', { name: 'order', params: OrderId, response: Order }, async c => {
    // Customers see their own orders on their own pages only.
    return (await orderById(c.db, c.valid.params.id, 'nobody')) ?? c.problem(404, 'order_not_found')
  })
}

import { HttpError, IntegerParam, orElse, type Routes } from 'arlen'
import * as v from 'valibot'
import { orderById } from '../orders.ts'
import { ProductQuery } from '../product-query.ts'
import { findProducts } from '../products.ts'
import { allOrders, customerOf } from './orders.ts'
import { stockRoutes } from './stock-routes.ts'

const Page = v.object({ page: orElse(v.pipe(IntegerParam, v.minValue(1), v.maxValue(100_000)), 1) })
const OrderId = v.object({ id: v.pipe(v.string(), v.uuid()) })

/** Behind a guard: visitors are administrators. */
export function adminRoutes(routes: Routes<'/admin'>): void {
  routes.get('/', { name: 'admin' }, c => c.redirect(c.urlFor('admin-orders')))

  routes.get('/orders', { name: 'admin-orders', query: Page }, async c => {
    return c.render('admin/orders', { title: 'All orders', found: await allOrders(c.db, c.valid.query.page) })
  })

  routes.get('/orders/:id', { name: 'admin-order', params: OrderId }, async c => {
    const { id } = c.valid.params
    const [order, owner] = await Promise.all([orderById(c.db, id), customerOf(c.db, id)])
    if (!order) throw new HttpError(404, 'order_not_found')
    return c.render('admin/order', { title: 'Order', order, customer: owner?.customer ?? null })
  })

  routes.get('/products', { name: 'admin-products', query: ProductQuery }, async c => {
    const found = await findProducts(c.db, c.valid.query)
    return c.render('admin/products', { title: 'Stock', found, query: c.valid.query })
  })

  stockRoutes(routes)
}

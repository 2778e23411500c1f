import { HttpError, type Routes } from 'arlen'
import * as v from 'valibot'
import type { LoggedIn } from './accounts/accounts.ts'
import { orderOfUser, ordersOfUser } from './orders-of-user.ts'

const OrderId = v.object({ id: v.pipe(v.string(), v.uuid()) })

/** Visitors are logged in here. */
export function myOrders(routes: Routes<'/orders', LoggedIn>): void {
  routes.get('/', { name: 'my-orders' }, async c => {
    return c.render('orders/index', { title: 'My orders', orders: await ordersOfUser(c.db, c.user.id) })
  })

  // An order of someone else is not found rather than forbidden, so that its existence stays private.
  routes.get('/:id', { name: 'my-order', params: OrderId }, async c => {
    const order = await orderOfUser(c.db, c.user.id, c.valid.params.id)
    if (!order) throw new HttpError(404, 'order_not_found')
    return c.render('orders/show', { title: 'Your order', order })
  })
}

import type { Context, Routes } from 'arlen'
import type { LoggedIn } from '../accounts/accounts.ts'
import { cartLines, cartOf, emptyCart, totalCents } from '../cart/cart.ts'
import { placeOrder } from '../orders.ts'

/** Visitors are logged in here. */
export function checkoutRoutes(routes: Routes<'', LoggedIn>): void {
  routes.get('/checkout', { name: 'checkout' }, checkoutPage)

  // A rejection by placeOrder(), such as insufficient stock, is shown at its line.
  routes.post('/checkout', { invalid: checkoutPage }, async c => {
    const cart = cartOf(c.session)
    const lines = await cartLines(c.db, cart)
    if (lines.length === 0) return c.redirect(c.urlFor('cart'))
    const order = await placeOrder(c.db, lines, { userId: c.user.id, cartId: cart.id })
    emptyCart(c.session)
    c.flash('notice', 'Thank you. Your order is placed.')
    return c.redirect(c.urlFor('my-order', { id: order.id }))
  })
}

async function checkoutPage(c: Context) {
  const lines = await cartLines(c.db, cartOf(c.session))
  if (lines.length === 0) return c.redirect(c.urlFor('cart'))
  return c.render('checkout/show', { title: 'Checkout', lines, totalCents: totalCents(lines) })
}

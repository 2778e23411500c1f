import { type Context, HttpError, IntegerParam, type Routes } from 'arlen'
import * as v from 'valibot'
import { productById } from '../products.ts'
import { addToCart, cartLines, cartOf, MOST_LINES, MOST_OF_ONE, setQuantity, totalCents } from './cart.ts'

const Quantity = (least: number) =>
  v.pipe(
    IntegerParam,
    v.minValue(least, `Must be at least ${least}.`),
    v.maxValue(MOST_OF_ONE, `Must be at most ${MOST_OF_ONE}.`),
  )

const Addition = v.object({ productId: IntegerParam, quantity: Quantity(1) })
const Change = v.object({ quantity: Quantity(0) })
const ProductId = v.object({ productId: IntegerParam })

export function cartRoutes(routes: Routes): void {
  routes.get('/cart', { name: 'cart' }, cartPage)

  routes.post('/cart', { body: Addition, invalid: cartPage }, async c => {
    const { productId, quantity } = c.valid.body
    const product = await productById(c.db, productId)
    if (!product) throw new HttpError(404, 'product_not_found')
    if (!addToCart(c.session, product.id, quantity)) {
      c.flash('problem', `A cart holds at most ${MOST_LINES} different products.`)
    } else c.flash('notice', `${product.name} is in your cart.`)
    return c.redirect(c.urlFor('cart'))
  })

  routes.post('/cart/:productId', { name: 'cart-line', params: ProductId, body: Change, invalid: cartPage }, c => {
    const { productId } = c.valid.params
    const isThere = cartOf(c.session).lines.some(line => line.productId === productId)
    if (isThere) setQuantity(c.session, productId, c.valid.body.quantity)
    return c.redirect(c.urlFor('cart'))
  })
}

/** The cart; after a rejected change, with the reason at its line. */
async function cartPage(c: Context) {
  const lines = await cartLines(c.db, cartOf(c.session))
  const refusedId = Number((c.params as { productId?: string }).productId ?? 0)
  return c.render('cart/show', { title: 'Your cart', lines, totalCents: totalCents(lines), refusedId })
}

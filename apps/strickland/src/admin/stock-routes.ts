import { type Context, HttpError, IntegerParam, type Routes } from 'arlen'
import * as v from 'valibot'
import { productById } from '../products.ts'
import { changeStock } from './stock.ts'

const ProductId = v.object({ id: IntegerParam })
const Stock = v.pipe(
  IntegerParam,
  v.minValue(0, 'Must be at least 0.'),
  v.maxValue(1_000_000, 'Must be at most 1000000.'),
)
const StockForm = v.object({ known: Stock, stock: Stock })

export function stockRoutes(routes: Routes<'/admin'>): void {
  routes.get('/products/:id', { name: 'admin-product', params: ProductId }, stockPage)

  routes.post('/products/:id', { params: ProductId, body: StockForm, invalid: stockPage }, async c => {
    const { id } = c.valid.params
    if (!(await productById(c.db, id))) throw new HttpError(404, 'product_not_found')
    await changeStock(c.db, id, c.valid.body)
    c.flash('notice', 'The stock is changed.')
    return c.redirect(c.urlFor('admin-product', { id }))
  })
}

async function stockPage(c: Context) {
  const id = Number((c.params as { id: string }).id)
  const product = Number.isSafeInteger(id) ? await productById(c.db, id) : undefined
  if (!product) throw new HttpError(404, 'product_not_found')
  return c.render('admin/product', { title: product.name, product })
}

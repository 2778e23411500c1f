import type { Database } from '@arlen/pg'
import { HttpError } from 'arlen'

export interface StockChange {
  /** The stock that the administrator saw. */
  known: number
  stock: number
}

/**
 * Sets the stock of a product, unless it has changed since the form was rendered: an order may have come meanwhile, and
 * what it took must not come back.
 *
 * @throws HttpError 409 `stock_changed`
 */
export async function changeStock(db: Database, id: number, { known, stock }: StockChange): Promise<void> {
  const changed = await db.execute('update products set stock = $3 where id = $1 and stock = $2', [id, known, stock])
  if (changed === 1) return
  const message = 'The stock has changed meanwhile. This is what it is now; change it again.'
  throw new HttpError(409, 'stock_changed', { errors: [{ path: '/body/known', code: 'stock_changed', message }] })
}

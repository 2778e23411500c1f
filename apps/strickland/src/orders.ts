import type { Database, Transaction } from '@arlen/pg'
import { HttpError } from 'arlen'

export interface OrderLineInput {
  productId: number
  quantity: number
}

export interface OrderLine extends OrderLineInput {
  name: string
  priceCents: number
}

export interface Order {
  id: string
  lines: OrderLine[]
  totalCents: number
  createdAt: Date
}

/** The owner. Orders that come through the API have none. */
export interface OrderOwner {
  userId: number
  /** The cart it was made from: one cart is one order. */
  cartId: string
}

interface StockedProduct {
  id: number
  name: string
  priceCents: number
  stock: number
}

/**
 * Takes the stock and writes the order in one transaction. A cart that has already been ordered, because of a double click
 * or a form sent twice, returns the order it became.
 *
 * @throws HttpError 422 for a line whose product does not exist, 409 for a line with insufficient stock; both point at the
 * line
 */
export function placeOrder(db: Database, lines: readonly OrderLineInput[], owner?: OrderOwner): Promise<Order> {
  return db.tx(async tx => {
    const ids = [...new Set(lines.map(line => line.productId))]
    // Locked in the order of their ids, so that two orders of the same products wait for each other and never deadlock.
    const products = await tx.many<StockedProduct>(
      `select id, name, price_cents as "priceCents", stock from products
       where id = any($1::bigint[]) order by id for update`,
      [ids],
    )
    // After the locks: a concurrent order of the same cart has released them, and is visible.
    const earlier = owner && (await orderOfCart(tx, owner))
    if (earlier) return earlier
    const priced = reserve(lines, products)
    await tx.execute(
      `update products p set stock = p.stock - taken.quantity
       from (select product_id, sum(quantity)::int as quantity
             from unnest($1::int[], $2::int[]) as line (product_id, quantity) group by product_id) taken
       where p.id = taken.product_id`,
      [priced.map(line => line.productId), priced.map(line => line.quantity)],
    )
    const totalCents = priced.reduce((sum, line) => sum + line.priceCents * line.quantity, 0)
    const order = await tx.one<{ id: string; createdAt: Date }>(
      `insert into orders (total_cents, user_id, cart_id) values ($1, $2, $3) returning id, created_at as "createdAt"`,
      [totalCents, owner?.userId ?? null, owner?.cartId ?? null],
    )
    await tx.execute(
      `insert into order_lines (order_id, position, product_id, name, quantity, price_cents)
       select $1, line.position, line.product_id, line.name, line.quantity, line.price_cents
       from unnest($2::int[], $3::text[], $4::int[], $5::int[])
         with ordinality as line (product_id, name, quantity, price_cents, position)`,
      [
        order.id,
        priced.map(line => line.productId),
        priced.map(line => line.name),
        priced.map(line => line.quantity),
        priced.map(line => line.priceCents),
      ],
    )
    return { id: order.id, lines: priced, totalCents, createdAt: order.createdAt }
  })
}

/** @param whose - `nobody` finds only orders that came through the API */
export async function orderById(
  db: Pick<Database, 'maybeOne' | 'many'>,
  id: string,
  whose: 'anybody' | 'nobody' = 'anybody',
): Promise<Order | undefined> {
  const order = await db.maybeOne<{ id: string; totalCents: number; createdAt: Date }>(
    `select id, total_cents as "totalCents", created_at as "createdAt" from orders
     where id = $1 ${whose === 'nobody' ? 'and user_id is null' : ''}`,
    [id],
  )
  if (!order) return undefined
  const lines = await db.many<OrderLine>(
    `select product_id as "productId", name, quantity, price_cents as "priceCents"
     from order_lines where order_id = $1 order by position`,
    [id],
  )
  return { id: order.id, lines, totalCents: order.totalCents, createdAt: order.createdAt }
}

async function orderOfCart(tx: Transaction, { userId, cartId }: OrderOwner): Promise<Order | undefined> {
  const found = await tx.maybeOne<{ id: string }>('select id from orders where cart_id = $1 and user_id = $2', [
    cartId,
    userId,
  ])
  return found && orderById(tx, found.id)
}

/** The lines with names and prices, or the first one that is not available. */
function reserve(lines: readonly OrderLineInput[], products: readonly StockedProduct[]): OrderLine[] {
  const left = new Map(products.map(product => [product.id, product.stock]))
  return lines.map((line, index) => {
    const product = products.find(candidate => candidate.id === line.productId)
    if (!product) {
      throw new HttpError(422, 'validation_failed', {
        detail: 'The order names a product that does not exist.',
        errors: [{ path: `/body/lines/${index}/productId`, code: 'unknown_product', message: 'No such product.' }],
      })
    }
    const remaining = (left.get(product.id) ?? 0) - line.quantity
    if (remaining < 0) {
      throw new HttpError(409, 'not_enough_stock', {
        detail: `There is not enough of ${product.name}.`,
        errors: [
          {
            path: `/body/lines/${index}`,
            code: 'not_enough_stock',
            message: `Only ${left.get(product.id)} of ${product.name} left.`,
          },
        ],
      })
    }
    left.set(product.id, remaining)
    return { productId: product.id, name: product.name, quantity: line.quantity, priceCents: product.priceCents }
  })
}

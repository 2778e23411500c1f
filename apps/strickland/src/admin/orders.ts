import type { Database } from '@arlen/pg'
import type { OrderSummary } from '../orders-of-user.ts'

const ORDERS_PER_PAGE = 50

export interface AdminOrder extends OrderSummary {
  /** Null for orders that came through the API. */
  customer: string | null
}

const COLUMNS = `o.id, o.total_cents as "totalCents", o.created_at as "createdAt", u.email as customer,
  (select sum(quantity)::int from order_lines where order_id = o.id) as items`

/** Everyone's orders, newest first. */
export async function allOrders(
  db: Database,
  page: number,
): Promise<{ items: AdminOrder[]; page: number; pages: number }> {
  const [total, items] = await Promise.all([
    db.value<number>('select count(*)::int from orders'),
    db.many<AdminOrder>(
      `select ${COLUMNS} from orders o left join users u on u.id = o.user_id
       order by o.created_at desc, o.id limit $1 offset $2`,
      [ORDERS_PER_PAGE, (page - 1) * ORDERS_PER_PAGE],
    ),
  ])
  return { items, page, pages: Math.max(1, Math.ceil(total / ORDERS_PER_PAGE)) }
}

/** The customer; undefined if there is no such order. */
export function customerOf(db: Database, orderId: string): Promise<{ customer: string | null } | undefined> {
  return db.maybeOne<{ customer: string | null }>(
    'select u.email as customer from orders o left join users u on u.id = o.user_id where o.id = $1',
    [orderId],
  )
}

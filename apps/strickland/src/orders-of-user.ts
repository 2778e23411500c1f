import type { Database } from '@arlen/pg'
import { type Order, orderById } from './orders.ts'

export interface OrderSummary {
  id: string
  totalCents: number
  items: number
  createdAt: Date
}

/** The latest orders of a user, newest first. */
export function ordersOfUser(db: Database, userId: number, limit: number = 100): Promise<OrderSummary[]> {
  return db.many<OrderSummary>(
    `select id, total_cents as "totalCents", created_at as "createdAt",
       (select sum(quantity)::int from order_lines where order_id = orders.id) as items
     from orders where user_id = $1 order by created_at desc, id limit $2`,
    [userId, limit],
  )
}

export async function orderOfUser(db: Database, userId: number, id: string): Promise<Order | undefined> {
  const own = await db.maybeOne('select from orders where id = $1 and user_id = $2', [id, userId])
  return own && orderById(db, id)
}

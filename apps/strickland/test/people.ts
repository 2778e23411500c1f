import type { Shop } from './shop.ts'
import type { Visitor } from './visitor.ts'

export const PASSWORD = 'taste the meat not the heat'

/** Somebody new, who has just signed up. */
export async function customer(shop: Shop, email: string, name = 'Hank'): Promise<Visitor> {
  const visitor = shop.visitor()
  const answer = await visitor.submit('/sign-up', '/sign-up', { name, email, password: PASSWORD })
  if (answer.status !== 303) throw new Error(`signing up gave ${answer.status}`)
  return visitor
}

export async function admin(shop: Shop, email = 'strickland@strickland.example'): Promise<Visitor> {
  const visitor = await customer(shop, email, 'Buck')
  await shop.app.db.execute(`update users set role = 'admin' where email = $1`, [email])
  return visitor
}

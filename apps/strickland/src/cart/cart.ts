import { randomUUID } from 'node:crypto'
import type { Database } from '@arlen/pg'
import type { Session } from '@arlen/session'
import type { OrderLineInput } from '../orders.ts'
import { type Product, productsById } from '../products.ts'

export const MOST_LINES = 50
export const MOST_OF_ONE = 999

export interface Cart {
  /** Becomes the order's id, so that a cart that is sent twice is ordered once. */
  id: string
  lines: OrderLineInput[]
}

declare module '@arlen/session' {
  interface SessionData {
    cart: Cart
  }
}

/** A line of the cart with the product's current catalog data. */
export interface CartLine extends OrderLineInput {
  product: Product
}

export function cartOf(session: Session): Cart {
  return session.get('cart') ?? { id: randomUUID(), lines: [] }
}

export function cartCount(session: Session): number {
  return cartOf(session).lines.reduce((sum, line) => sum + line.quantity, 0)
}

/** Adds to the existing quantity. False if the cart can hold no more lines. */
export function addToCart(session: Session, productId: number, quantity: number): boolean {
  const { lines } = cartOf(session)
  const known = lines.find(line => line.productId === productId)
  if (!known && lines.length >= MOST_LINES) return false
  setQuantity(session, productId, Math.min(MOST_OF_ONE, (known?.quantity ?? 0) + quantity))
  return true
}

/** Zero removes the line. A changed cart gets a new id, because it may become another order. */
export function setQuantity(session: Session, productId: number, quantity: number): void {
  const { lines } = cartOf(session)
  const line = { productId, quantity }
  const at = lines.findIndex(candidate => candidate.productId === productId)
  const changed = at < 0 ? [...lines, line] : lines.with(at, line)
  session.set('cart', { id: randomUUID(), lines: changed.filter(candidate => candidate.quantity > 0) })
}

export function emptyCart(session: Session): void {
  session.delete('cart')
}

/** The lines of the cart, without products that are no longer sold. */
export async function cartLines(db: Database, { lines }: Cart): Promise<CartLine[]> {
  if (lines.length === 0) return []
  const products = new Map(
    (
      await productsById(
        db,
        lines.map(line => line.productId),
      )
    ).map(product => [product.id, product]),
  )
  return lines.flatMap(line => {
    const product = products.get(line.productId)
    return product ? [{ ...line, product }] : []
  })
}

export function totalCents(lines: readonly CartLine[]): number {
  return lines.reduce((sum, { product, quantity }) => sum + product.priceCents * quantity, 0)
}

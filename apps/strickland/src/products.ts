import type { Database } from '@arlen/pg'

const PAGE_SIZE = 24

export interface Product {
  id: number
  slug: string
  name: string
  category: string
  priceCents: number
  stock: number
}

export interface ProductDetails extends Product {
  description: string
  categoryName: string
}

export interface ProductPage {
  items: Product[]
  page: number
  pages: number
  total: number
}

export interface ProductQuery {
  q: string
  category: string
  page: number
}

export interface Category {
  slug: string
  name: string
  products: number
}

const FOUND = `
  from products p
  join categories c on c.id = p.category_id
  where ($1 = '' or p.search @@ websearch_to_tsquery('english', $1) or p.name ilike '%' || $2 || '%')
    and ($3 = '' or c.slug = $3)`

const COLUMNS = `p.id, p.slug, p.name, c.slug as category, p.price_cents as "priceCents", p.stock`

export async function findProducts(db: Database, query: ProductQuery): Promise<ProductPage> {
  const filter = [query.q, escapeLike(query.q), query.category]
  const [total, items] = await Promise.all([
    db.value<number>(`select count(*)::int ${FOUND}`, filter),
    db.many<Product>(`select ${COLUMNS} ${FOUND} order by p.name, p.id limit $4 offset $5`, [
      ...filter,
      PAGE_SIZE,
      (query.page - 1) * PAGE_SIZE,
    ]),
  ])
  return { items, page: query.page, pages: Math.max(1, Math.ceil(total / PAGE_SIZE)), total }
}

export function productById(db: Database, id: number): Promise<Product | undefined> {
  // An id beyond the column's range is an unknown product, not a failing query.
  return db.maybeOne<Product>(
    `select ${COLUMNS} from products p join categories c on c.id = p.category_id where p.id = $1::bigint`,
    [id],
  )
}

export function productsById(db: Database, ids: readonly number[]): Promise<Product[]> {
  return db.many<Product>(
    `select ${COLUMNS} from products p join categories c on c.id = p.category_id where p.id = any($1::bigint[])`,
    [ids],
  )
}

export function productBySlug(db: Database, slug: string): Promise<ProductDetails | undefined> {
  return db.maybeOne<ProductDetails>(
    `select ${COLUMNS}, p.description, c.name as "categoryName"
     from products p join categories c on c.id = p.category_id where p.slug = $1`,
    [slug],
  )
}

export function categories(db: Database): Promise<Category[]> {
  return db.many<Category>(
    `select c.slug, c.name, count(p.id)::int as products
     from categories c left join products p on p.category_id = c.id
     group by c.id order by c.position`,
  )
}

/** Products that are in stock, a few from the front of each category. */
export function featuredProducts(db: Database, limit: number): Promise<Product[]> {
  return db.many<Product>(
    `select ${COLUMNS}
     from categories c
     cross join lateral (
       select * from products where category_id = c.id and stock > 0 order by id limit 1
     ) p
     order by c.position limit $1`,
    [limit],
  )
}

/** The search text is not a pattern: `%` and `_` are literal. */
function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, match => `\\${match}`)
}

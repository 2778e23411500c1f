import { type Context, HttpError, type Routes } from 'arlen'
import { ProductQuery } from './product-query.ts'
import {
  type Category,
  categories,
  featuredProducts,
  findProducts,
  type ProductQuery as ProductQueryValues,
  productBySlug,
} from './products.ts'

/** Other values are not product ids, and PostgreSQL might reject them. */
const SLUG = /^[\w-]{1,200}$/

/** @param origin - the public URL of the shop, if known */
export function pages(routes: Routes, origin: (c: Context) => string | undefined): void {
  routes.get('/', { name: 'home' }, async c => {
    const [featured, all] = await Promise.all([featuredProducts(c.db, 8), categories(c.db)])
    return c.render('home', { title: 'Propane and propane accessories', featured, categories: all })
  })

  routes.get('/products', { name: 'products', query: ProductQuery }, async c => {
    const query = c.valid.query
    const [found, all] = await Promise.all([findProducts(c.db, query), categories(c.db)])
    const heading = headingOf(query, all)
    const linkTo = (change: Partial<ProductQueryValues>) => c.urlFor('products', {}, linkQuery({ ...query, ...change }))
    return c.render('products/index', { title: heading, heading, found, query, q: query.q, categories: all, linkTo })
  })

  routes.get('/products/:slug', { name: 'product' }, async c => {
    const { slug } = c.params
    const product = SLUG.test(slug) ? await productBySlug(c.db, slug) : undefined
    if (!product) throw new HttpError(404, 'product_not_found')
    return c.render('products/show', { title: product.name, product, origin: origin(c) ?? '' })
  })
}

function headingOf(query: ProductQueryValues, all: readonly Category[]): string {
  const category = all.find(candidate => candidate.slug === query.category)?.name
  if (query.q === '') return category ?? 'All products'
  return `“${query.q}” in ${category ?? 'all products'}`
}

/** The query of a link, without default values. */
function linkQuery({ q, category, page }: ProductQueryValues): Record<string, string | number> {
  return { ...(q !== '' && { q }), ...(category !== '' && { category }), ...(page > 1 && { page }) }
}

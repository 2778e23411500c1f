// The reference for the shop: node:http, a pool of pg with named statements, and pages put together from strings.
import { readFileSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import pg from 'pg'
import type { Sample } from '../shop-database.ts'
import { portOf } from './port.ts'

interface Product {
  id: number
  slug: string
  name: string
  category: string
  priceCents: number
  stock: number
}

interface ProductDetails extends Product {
  description: string
  categoryName: string
}

const COLUMNS = 'p.id, p.slug, p.name, c.slug as category, p.price_cents as "priceCents", p.stock'
const FROM = 'from products p join categories c on c.id = p.category_id'
const BY_ID = { name: 'by-id', text: `select ${COLUMNS} ${FROM} where p.id = $1` }
const BY_SLUG = {
  name: 'by-slug',
  text: `select ${COLUMNS}, p.description, c.name as "categoryName" ${FROM} where p.slug = $1`,
}

export async function start(scenario: string): Promise<number> {
  const sample = JSON.parse(readFileSync(process.env.BENCH_SAMPLE ?? '', 'utf8')) as Sample
  const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 })
  const headers = Object.fromEntries(sample.headers.filter(([name]) => !['date', 'content-length'].includes(name)))
  const send = (response: ServerResponse, body: string) => {
    response.removeHeader('connection')
    response.writeHead(200, { ...headers, 'content-length': Buffer.byteLength(body) })
    response.end(body)
  }
  const answer = scenario === 'page' ? await pages(pool, sample) : products(pool)
  const server = createServer((request, response) => {
    answer(lastOf(request.url ?? '')).then(
      body => send(response, body),
      () => response.writeHead(500).end(),
    )
  })
  return portOf(server.listen(0, '127.0.0.1'))
}

/** The last segment of a path. */
function lastOf(path: string): string {
  return decodeURIComponent(path.slice(path.lastIndexOf('/') + 1))
}

function products(pool: pg.Pool): (id: string) => Promise<string> {
  return async id => {
    const { rows } = await pool.query<Product>({ ...BY_ID, values: [Number(id)] })
    return JSON.stringify(rows[0])
  }
}

async function pages(pool: pg.Pool, { path, body }: Sample): Promise<(slug: string) => Promise<string>> {
  const { rows } = await pool.query<ProductDetails>({ ...BY_SLUG, values: [lastOf(path)] })
  const render = renderLike(body, rows[0] as ProductDetails)
  return async slug => {
    const { rows } = await pool.query<ProductDetails>({ ...BY_SLUG, values: [slug] })
    return render(rows[0] as ProductDetails)
  }
}

/** How each value of a product is written, the longest texts first since they contain the others. */
const written: readonly ((product: ProductDetails) => string)[] = [
  p => escapeHtml(p.description),
  p => escapeHtml(p.name),
  p => `$${(p.priceCents / 100).toFixed(2)}`,
  p => `${p.stock} in stock`,
  p => `Item ${p.id}`,
  p => `category=${encodeURIComponent(p.category)}">${escapeHtml(p.categoryName)}`,
]

/** Makes of a page and the product on it what one would write by hand: literal text, and the product's values between. */
function renderLike(page: string, sample: ProductDetails): (product: ProductDetails) => string {
  let parts: (string | number)[] = [page]
  written.forEach((write, index) => {
    const value = write(sample)
    parts = parts.flatMap(part => (typeof part === 'string' ? between(part.split(value), index) : [part]))
  })
  return product => {
    let html = ''
    for (const part of parts) html += typeof part === 'string' ? part : written[part]?.(product)
    return html
  }
}

function between(texts: readonly string[], index: number): (string | number)[] {
  return texts.flatMap((text, at) => (at === 0 ? [text] : [index, text]))
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escapeHtml(text: string): string {
  return /[&<>"']/.test(text) ? text.replace(/[&<>"']/g, char => entities[char] ?? char) : text
}

/** One request, asked of several servers that answer it alike. */
export interface Scenario {
  name: string
  about: string
  path: string
  /** Posted as JSON; without it the request is a GET. */
  json?: unknown
  /** Header fields beside the usual. */
  headers?: Readonly<Record<string, string>>
  /** The statuses of answers that are not 200, by server. */
  statuses?: Readonly<Record<string, number>>
  /** The scenario that the servers are started for, where another one answers the same. */
  answersAs?: string
  /** Modules of servers/. The first is the reference of the ratios. */
  servers: readonly string[]
  /** True where the servers answer differently by intent: what is compared is what their answers cost. */
  differ?: true
  /** Whether the servers work on the shop's database. */
  shop?: true
  /** Requests of a block, where they are fewer than usual because each costs more. */
  requests?: number
}

/** What Chrome sends with a navigation: with Host and Accept, fifteen fields. */
const browserHeaders = {
  Connection: 'keep-alive',
  'sec-ch-ua': '"Chromium";v="140", "Not=A?Brand";v="24", "Google Chrome";v="140"',
  'sec-ch-ua-mobile': '?0',
  'sec-ch-ua-platform': '"Linux"',
  'Upgrade-Insecure-Requests': '1',
  'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
  'Sec-Fetch-Site': 'same-origin',
  'Sec-Fetch-Mode': 'navigate',
  'Sec-Fetch-User': '?1',
  'Sec-Fetch-Dest': 'document',
  'Accept-Encoding': 'gzip, deflate, br, zstd',
  'Accept-Language': 'en-US,en;q=0.9,de;q=0.8',
  Cookie: 'session=Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4; theme=dark; consent=all; _ga=GA1.1.1234567890.1234567890',
}

export const scenarios: readonly Scenario[] = [
  {
    name: 'hello',
    about: 'a small JSON answer',
    path: '/api/hello',
    servers: ['node-http', 'arlen', 'arlen-http', 'fastify', 'hono', 'floor'],
  },
  {
    name: 'browser',
    about: 'the same answer for a request with the fifteen header fields of a browser',
    path: '/api/hello',
    headers: browserHeaders,
    answersAs: 'hello',
    servers: ['node-http', 'arlen', 'arlen-http', 'fastify', 'floor'],
  },
  {
    name: 'routed',
    about: 'a JSON answer from one of forty routes, with a path parameter',
    path: '/api/products/217',
    servers: ['node-http', 'arlen', 'arlen-http', 'fastify', 'hono', 'floor'],
  },
  {
    name: 'validated',
    about: 'path parameter and query checked by schemas',
    path: '/api/products/217?page=2&sort=name',
    servers: ['fastify', 'arlen'],
  },
  {
    name: 'posted',
    about: 'a JSON body of 300 bytes, parsed and checked by a schema',
    path: '/api/orders',
    json: {
      customer: { name: 'Hank Hill', email: 'hank@strickland.example', phone: '+1 512 555 0100' },
      lines: [
        { productId: 217, quantity: 2, note: 'the big one' },
        { productId: 12, quantity: 1, note: 'as a spare' },
      ],
      address: { street: '84 Rainey Street', city: 'Arlen', state: 'Texas', zip: '73104' },
    },
    servers: ['node-http', 'fastify', 'arlen', 'floor'],
  },
  {
    name: 'parsed',
    about: 'a JSON body of 1.1 KB, parsed',
    path: '/api/items',
    json: {
      items: Array.from({ length: 23 }, (_, id) => ({ id, name: `product number ${id}`, ok: true })),
    },
    servers: ['fastify', 'node-http', 'arlen', 'arlen-http'],
  },
  {
    name: 'problems',
    about: 'a validated request that is answered, one that is refused (422), one that nothing is there for (404)',
    path: '/api/products/217?page=2&sort=name',
    // Every answer is to be as long as the first, and problems tell the id of their request.
    headers: { 'X-Request-Id': 'a-benchmark' },
    servers: ['answered', 'refused', 'missing'],
    statuses: { refused: 422, missing: 404 },
    differ: true,
  },
  {
    name: 'product',
    about: 'the shop: one product as JSON, by one query',
    path: '/api/products/217',
    servers: ['shop-by-hand', 'shop'],
    shop: true,
    requests: 10_000,
  },
  {
    name: 'page',
    about: 'the shop: the page of one product that is sold out, by one query and a template in its layout',
    path: '/products/boulevard-mushroom-heater-white-115',
    servers: ['shop-by-hand', 'shop'],
    shop: true,
    requests: 10_000,
  },
]

/** The other routes of `routed`, so that a router has something to choose from. */
export const otherRoutes: readonly string[] = [
  'accounts',
  'addresses',
  'baskets',
  'brands',
  'categories',
  'coupons',
  'customers',
  'deliveries',
  'invoices',
  'orders',
  'payments',
  'reviews',
  'stocks',
].flatMap(name => [`/api/${name}`, `/api/${name}/latest`, `/${name}`])

/** What `routed` answers: a product of the shop's API. */
export function product(id: string): unknown {
  return {
    id: Number(id),
    slug: 'cast-iron-griddle-33-cm',
    name: 'Cast-iron griddle, 33 cm',
    category: 'griddles',
    priceCents: 5490,
    stock: 14,
  }
}

/** The body of each answer, for servers that do nothing but write it. */
export const bodies: Readonly<Record<string, string>> = {
  hello: JSON.stringify({ hello: 'world' }),
  routed: JSON.stringify(product('217')),
  posted: JSON.stringify({ lines: 2 }),
}

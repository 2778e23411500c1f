import { expect, test } from 'vitest'
import { nearRoutes } from './near-routes.ts'

const routes = [
  { methods: ['GET'], path: '/products' },
  { methods: ['POST'], path: '/products' },
  { methods: ['GET'], path: '/products/:id' },
  { methods: ['GET'], path: '/cart' },
  { methods: ['GET'], path: '/account/orders/:id<int>' },
]

test.each([
  ['/prodcuts', ['GET /products', 'POST /products', 'GET /products/:id']],
  ['/product/7', ['GET /products/:id', 'GET /products', 'POST /products']],
  ['/cart/', ['GET /cart']],
  ['/acount/orders/7', ['GET /account/orders/:id<int>']],
  ['/something/else/entirely', []],
])('%s', (path, near) => {
  expect(nearRoutes(path, routes)).toEqual(near)
})

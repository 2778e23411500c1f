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

test('names five at most', () => {
  const many = Array.from({ length: 9 }, (_, i) => ({ methods: ['GET'], path: `/products/${i}` }))
  expect(nearRoutes('/products/x', many)).toHaveLength(5)
  const methods = ['GET', 'PUT', 'POST', 'PATCH', 'DELETE', 'QUERY'].map(method => ({
    methods: [method],
    path: '/a/b',
  }))
  expect(nearRoutes('/a/c', methods)).toEqual(['GET /a/b', 'PUT /a/b', 'POST /a/b', 'PATCH /a/b', 'DELETE /a/b'])
})

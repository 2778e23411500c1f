import { expect, test } from 'vitest'
import { isAllowedHost, isOwnOrigin } from './host-check.ts'

const options = { host: '127.0.0.1', allowedHosts: ['shop.test', '.tunnel.example'] }

test.each([
  'localhost',
  'localhost:3000',
  'LOCALHOST:3000',
  'localhost.:3000',
  'shop.localhost:3000',
  '127.0.0.1:3000',
  '192.168.1.20',
  '[::1]:3000',
  'shop.test:3000',
  'a.b.tunnel.example',
  'tunnel.example',
])('answers for %s', host => {
  expect(isAllowedHost(host, options)).toBe(true)
})

test.each([
  undefined,
  '',
  'evil.example',
  'localhost.evil.example',
  'notlocalhost',
  'evil-shop.test',
  'sub.shop.test',
  'eviltunnel.example',
  '127.0.0.1.evil.example',
  '127.0.0.1@evil.example',
  'localhost:3000:4000',
  'localhost/evil',
  'localhost evil',
  '[::1',
])('refuses %s', host => {
  expect(isAllowedHost(host, options)).toBe(false)
})

test('answers for the name it is bound to', () => {
  expect(isAllowedHost('devbox:3000', { host: 'devbox', allowedHosts: [] })).toBe(true)
})

test.each([
  [{ host: 'localhost:3000' }, true],
  [{ host: 'localhost:3000', origin: 'http://localhost:3000' }, true],
  [{ host: 'localhost:3000', origin: 'http://localhost:3000', site: 'same-origin' }, true],
  [{ host: 'localhost:3000', site: 'none' }, true],
  [{ host: 'localhost:3000', origin: 'http://localhost:4000' }, false],
  [{ host: 'localhost:3000', origin: 'https://evil.example' }, false],
  [{ host: 'localhost:3000', origin: 'null' }, false],
  [{ host: 'localhost:3000', site: 'cross-site' }, false],
  [{ host: 'localhost:3000', site: 'same-site' }, false],
  [{ origin: 'http://localhost:3000' }, false],
])('%j is of its own pages: %s', (origin, expected) => {
  expect(isOwnOrigin(origin)).toBe(expected)
})

import { expect, test } from 'vitest'
import { safePath } from './safe-path.ts'

test.each([
  ['/app.js', 'app.js'],
  ['/css/a.css', 'css/a.css'],
  ['/', ''],
  ['/docs/', 'docs/'],
  ['/50%25.png', '50%.png'],
  ['/a%20b.txt', 'a b.txt'],
  ['/%C3%A9.txt', 'é.txt'],
  ['/a+b.txt', 'a+b.txt'],
  ['/a..b.txt', 'a..b.txt'],
  ['/.well-known/security.txt', '.well-known/security.txt'],
  ['/%252e%252e/x', '%2e%2e/x'],
])('%s names %j', (path, expected) => {
  expect(safePath(path)).toBe(expected)
})

test.each([
  '/../secret',
  '/a/../../secret',
  '/..',
  '/%2e%2e/secret',
  '/%2E%2e/secret',
  '/.%2e/secret',
  '/./a',
  '/..%2fsecret',
  '/%2fetc/passwd',
  '/a%2Fb',
  '/..%5csecret',
  '/a\\b',
  '/%5c..%5c',
  '/a%00.png',
  '/a\0.png',
  '//etc/passwd',
  '/a//b',
  '/.env',
  '/.git/config',
  '/a/.htaccess',
  '/.well-known-not/x',
  '/%c0%ae%c0%ae/secret',
  '/%',
  '/%zz',
  'a',
  '*',
])('%s names nothing', path => {
  expect(safePath(path)).toBeUndefined()
})

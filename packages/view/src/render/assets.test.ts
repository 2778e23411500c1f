import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { assetUrls } from './assets.ts'

let dir: string

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'arlen-view-'))
  mkdirSync(join(dir, 'css'))
  writeFileSync(join(dir, 'css/shop 1.css'), 'a {}')
})

afterEach(() => {
  rmSync(dir, { recursive: true })
})

test('gives a file a URL that changes with its content, and only then', () => {
  const assetUrl = assetUrls({ dir, reload: true })
  const first = assetUrl('css/shop 1.css')
  expect(first).toMatch(/^\/css\/shop%201\.css\?v=[\w-]{12}$/)
  utimesSync(join(dir, 'css/shop 1.css'), 1, 1)
  expect(assetUrl('css/shop 1.css')).toBe(first)
  writeFileSync(join(dir, 'css/shop 1.css'), 'b { }')
  expect(assetUrl('css/shop 1.css')).not.toBe(first)
})

test('reads a file once in production', () => {
  const assetUrl = assetUrls({ dir, base: '/static', reload: false })
  const first = assetUrl('css/shop 1.css')
  expect(first).toMatch(/^\/static\/css\//)
  rmSync(join(dir, 'css/shop 1.css'))
  expect(assetUrl('css/shop 1.css')).toBe(first)
})

test.each(['css/missing.css', '../secret', 'css', '/etc/passwd', ''])('refuses %j', path => {
  expect(() => assetUrls({ dir })(path)).toThrow(expect.objectContaining({ code: 'asset_missing' }))
})

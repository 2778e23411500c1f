import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { childEnv } from './build/env-files.ts'
import { findEntry, resolveOptions } from './options.ts'

const root = mkdtempSync(join(tmpdir(), 'boomhauer-options-'))
afterAll(() => rmSync(root, { recursive: true }))

test('binds to loopback unless told otherwise', () => {
  expect(resolveOptions({ root })).toMatchObject({
    host: '127.0.0.1',
    port: 3000,
    typecheck: 'notice',
    pollMs: undefined,
  })
})

test.each([
  [{ port: 70_000 }],
  [{ port: 1.5 }],
  [{ poll: 1 }],
  [{ typecheck: 'maybe' as 'off' }],
  [{ graceMs: Number.NaN }],
  [{ allowedHosts: 'shop.test' as never }],
])('refuses %j', options => {
  expect(() => resolveOptions({ root, ...options })).toThrow(expect.objectContaining({ code: 'option_invalid' }))
})

test('refuses an option that does not exist, with the one that was probably meant, and a root that does not', () => {
  expect(() => resolveOptions({ root, graceMS: 1 } as never)).toThrow(/graceMS.*Did you mean graceMs\?/)
  expect(() => resolveOptions({ root: join(root, 'nowhere') })).toThrow(
    expect.objectContaining({ code: 'root_missing' }),
  )
})

test('finds the module by its usual names, TypeScript first, or by its own', () => {
  expect(() => findEntry({ root, entry: undefined })).toThrow(expect.objectContaining({ code: 'entry_missing' }))
  writeFileSync(join(root, 'app.js'), '')
  expect(findEntry({ root, entry: undefined })).toBe(join(root, 'app.js'))
  writeFileSync(join(root, 'app.ts'), '')
  expect(findEntry({ root, entry: undefined })).toBe(join(root, 'app.ts'))
  expect(() => findEntry({ root, entry: 'other.ts' })).toThrow('other.ts')
})

test('the environment is stronger than files, and the more special file than the general', () => {
  writeFileSync(join(root, '.env'), 'A=1\nB=1\nC=1\nD=1')
  writeFileSync(join(root, '.env.staging'), 'B=2\nC=2\nD=2')
  writeFileSync(join(root, '.env.local'), 'C=3\nD=3')
  expect(childEnv(root, 'staging', { D: '4', NODE_ENV: 'test' })).toEqual({
    A: '1',
    B: '2',
    C: '3',
    D: '4',
    ARLEN_ENV: 'staging',
    NODE_ENV: 'test',
  })
  expect(childEnv(root, 'production', {}).NODE_ENV).toBe('production')
})

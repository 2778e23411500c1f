import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { importName } from './import-name.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'import-name-'))
  mkdirSync(join(root, '.arlen/views'), { recursive: true })
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const manifest = (value: object, folder = '.') =>
  writeFileSync(join(root, folder, 'package.json'), JSON.stringify(value))
const name = () => importName(join(root, '.arlen/views'), '@arlen/view')

test.each([
  ['the package itself', { dependencies: { '@arlen/view': '1' } }, '@arlen/view'],
  [
    'the package itself and arlen',
    { dependencies: { arlen: '1' }, devDependencies: { '@arlen/view': '1' } },
    '@arlen/view',
  ],
  [
    'the package itself as a peer',
    { dependencies: { arlen: '1' }, peerDependencies: { '@arlen/view': '1' } },
    '@arlen/view',
  ],
  ['arlen alone', { dependencies: { arlen: '1' } }, 'arlen/view'],
  ['arlen for development', { devDependencies: { arlen: '1' } }, 'arlen/view'],
  ['neither', { name: 'app' }, '@arlen/view'],
])('an application that depends on %s', (_, value, expected) => {
  manifest(value)
  expect(name()).toBe(expected)
})

test('a manifest between that only says what modules are is passed over', () => {
  manifest({ dependencies: { arlen: '1' } })
  manifest({ type: 'module' }, '.arlen')
  expect(name()).toBe('arlen/view')
})

test('a manifest that cannot be read counts as none', () => {
  manifest({ dependencies: { arlen: '1' } })
  writeFileSync(join(root, '.arlen/package.json'), '{')
  expect(name()).toBe('arlen/view')
})

import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { dropOptionalPeers } from './drop-optional-peers.ts'

/** Installs the packages of a lock file, and resolves with those that are left. */
async function left(packages: Record<string, object>): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'arlen-peers-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ lockfileVersion: 3, packages }))
  const paths = Object.keys(packages).filter(path => path !== '')
  for (const path of paths) mkdirSync(join(folder, path), { recursive: true })
  await dropOptionalPeers(folder)
  return paths.filter(path => existsSync(join(folder, path)))
}

const devOptional = true
const optional = { compiler: { optional: true } }

test('development dependencies that are optional peers go, with what they bring', async () => {
  const packages = {
    '': { dependencies: { cli: '1' }, devDependencies: { compiler: '1' } },
    'node_modules/cli': { peerDependencies: { compiler: '1' }, peerDependenciesMeta: optional },
    'node_modules/compiler': { devOptional, optionalDependencies: { native: '1' } },
    'node_modules/native': { optional: true },
    'node_modules/compiler/node_modules/deep': { devOptional },
  }
  expect(await left(packages)).toEqual(['node_modules/cli'])
})

test('keeps what production needs: optional dependencies, required peers, and nested packages', async () => {
  const packages = {
    '': { dependencies: { cli: '1' }, devDependencies: { compiler: '1', image: '1', peer: '1' } },
    'node_modules/cli': { dependencies: { inner: '1' }, optionalDependencies: { image: '1' } },
    'node_modules/cli/node_modules/bundled': { inBundle: true },
    'node_modules/cli/node_modules/inner': {
      peerDependencies: { peer: '1', compiler: '1' },
      peerDependenciesMeta: optional,
    },
    'node_modules/compiler': { devOptional },
    'node_modules/image': { devOptional },
    'node_modules/peer': { devOptional },
  }
  expect(await left(packages)).toEqual([
    'node_modules/cli',
    'node_modules/cli/node_modules/bundled',
    'node_modules/cli/node_modules/inner',
    'node_modules/image',
    'node_modules/peer',
  ])
})

test('a lock file without packages removes nothing', async () => {
  expect(await left({})).toEqual([])
})

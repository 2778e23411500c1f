import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { outdatedManifests, readIdentity, unfilled, writeIdentity } from './identity.ts'

const filled = {
  repository: { type: 'git', url: 'git+https://code.example/arlen.git' },
  homepage: 'https://arlen.example/',
  bugs: { url: 'https://code.example/arlen/issues' },
}

test('the packages of this repository say of where it lives what the root says', () => {
  expect([...outdatedManifests(join(import.meta.dirname, '../..')).keys()]).toEqual([])
})

test('an address is filled in when it is one of the web', () => {
  expect(unfilled(filled)).toEqual([])
  const empty = { repository: { type: 'git', url: '' }, homepage: '', bugs: { url: '' } }
  expect(unfilled(empty)).toEqual(['repository.url', 'homepage', 'bugs.url'])
  for (const homepage of ['TODO', 'http://arlen.example', 'https://localhost', 'https://']) {
    expect(unfilled({ ...filled, homepage }), homepage).toEqual(['homepage'])
  }
})

test('packages get the addresses of the root, each with its own folder', () => {
  const root = workspace(filled)
  expect(writeIdentity(root)).toEqual([join(root, 'packages/one/package.json')])
  const text = readFileSync(join(root, 'packages/one/package.json'), 'utf8')
  expect(JSON.parse(text)).toEqual({
    name: 'one',
    license: 'MIT',
    ...filled,
    repository: { ...filled.repository, directory: 'packages/one' },
    type: 'module',
  })
  expect(Object.keys(JSON.parse(text))).toEqual(['name', 'license', 'repository', 'homepage', 'bugs', 'type'])
  expect(writeIdentity(root), 'a second time there is nothing to do').toEqual([])
})

test('private packages are left alone, and an address that is taken away goes everywhere', () => {
  const root = workspace(filled)
  writeIdentity(root)
  expect(readFileSync(join(root, 'packages/hidden/package.json'), 'utf8')).not.toContain('homepage')
  writeFileSync(join(root, 'package.json'), '{}')
  expect(readIdentity(root)).toMatchObject({ homepage: '' })
  writeIdentity(root)
  expect(readFileSync(join(root, 'packages/one/package.json'), 'utf8')).not.toMatch(/repository|homepage|bugs/)
})

function workspace(identity: object): string {
  const root = mkdtempSync(join(tmpdir(), 'arlen-identity-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  const write = (path: string, value: object) => writeFileSync(join(root, path), `${JSON.stringify(value, null, 2)}\n`)
  mkdirSync(join(root, 'packages/one'), { recursive: true })
  mkdirSync(join(root, 'packages/hidden'))
  write('package.json', identity)
  write('packages/one/package.json', { name: 'one', license: 'MIT', type: 'module' })
  write('packages/hidden/package.json', { name: 'hidden', private: true })
  return root
}

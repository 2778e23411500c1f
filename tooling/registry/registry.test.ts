import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Registry, startRegistry } from './registry.ts'

const run = promisify(execFile)
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'arlen-registry-test-')))
let registry: Registry
beforeAll(async () => {
  registry = await startRegistry()
})
afterAll(async () => {
  await registry?.close()
  rmSync(folder, { recursive: true, force: true })
})

const npm = (cwd: string, ...args: string[]) => run('npm', args, { cwd, env: { ...process.env, ...registry.env } })

test('takes a package of ours and gives it back', async () => {
  const source = writePackage('source', { name: '@arlen/registry-test', version: '1.2.3' })
  await npm(source, 'publish', '--access', 'public')
  const user = writePackage('user', { name: 'user', version: '0.0.0', private: true })
  await npm(user, 'install', '@arlen/registry-test')
  const installed = readFileSync(join(user, 'node_modules/@arlen/registry-test/package.json'), 'utf8')
  expect(JSON.parse(installed)).toMatchObject({ version: '1.2.3' })
  const lock = readFileSync(join(user, 'package-lock.json'), 'utf8')
  expect(lock).not.toMatch(/"resolved": "https:/)
})

test('has no package of ours that was not published here', async () => {
  const user = writePackage('lonely', { name: 'lonely', version: '0.0.0', private: true })
  await expect(npm(user, 'install', '@arlen/not-published-here')).rejects.toThrow('404')
})

function writePackage(name: string, manifest: object): string {
  const at = join(folder, name)
  mkdirSync(at)
  writeFileSync(join(at, 'package.json'), JSON.stringify(manifest))
  return at
}

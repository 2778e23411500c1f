import { chmodSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { Contents } from './contents.ts'
import { stampOf } from './stamp.ts'

const folder = mkdtempSync(join(tmpdir(), 'boomhauer-contents-'))
afterAll(() => rmSync(folder, { recursive: true }))

function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

test('neither touching a file, nor its mode, nor a save of the same bytes makes a difference', () => {
  const contents = new Contents()
  const path = file('a.ts', 'same')
  contents.remember(path)
  utimesSync(path, new Date(), new Date(Date.now() + 5_000))
  chmodSync(path, 0o600)
  writeFileSync(path, 'same')
  expect(contents.differs(path)).toBe(false)
  writeFileSync(path, 'diff')
  expect(contents.differs(path)).toBe(true)
})

test('a file that appears or disappears has changed, and so has an unknown one', () => {
  const contents = new Contents()
  const path = join(folder, 'none.ts')
  expect(contents.differs(path)).toBe(true)
  contents.remember(path)
  expect(contents.differs(path)).toBe(false)
  file('none.ts', '')
  expect(contents.differs(path)).toBe(true)
})

test('of a file that has changed since it was loaded, nothing is known', () => {
  const contents = new Contents()
  const path = file('b.ts', 'loaded')
  const stamp = stampOf(path)
  contents.rememberLoaded(path, stamp)
  expect(contents.differs(path)).toBe(false)
  writeFileSync(path, 'saved since')
  contents.rememberLoaded(path, stamp)
  expect(contents.differs(path)).toBe(true)
})

test('of a package.json, what only package managers read makes no difference', () => {
  const contents = new Contents()
  const path = file('package.json', '{ "type": "module", "dependencies": {} }')
  contents.remember(path)
  file('package.json', '{\n  "type": "module",\n  "dependencies": { "pg": "8" },\n  "scripts": {}\n}')
  expect(contents.differs(path)).toBe(false)
  file('package.json', '{ "type": "commonjs" }')
  expect(contents.differs(path)).toBe(true)
})

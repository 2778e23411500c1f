import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { logicalCwd, logicalPath, resolveRelease } from './release.ts'

function site(): string {
  const root = realpathSync(mkdtempSync(path.join(tmpdir(), 'propane-release-')))
  onTestFinished(() => rmSync(root, { recursive: true }))
  mkdirSync(path.join(root, 'releases/42/dist'), { recursive: true })
  writeFileSync(path.join(root, 'releases/42/dist/app.js'), '')
  symlinkSync(path.join(root, 'releases/42'), path.join(root, 'current'))
  return root
}

test('names a release after the folder that the link leads to', () => {
  const root = site()
  const real = path.join(root, 'releases/42/dist/app.js')
  expect(resolveRelease(path.join(root, 'current/dist/app.js'))).toEqual({ file: real, id: '42' })
  expect(resolveRelease(real)).toEqual({ file: real, id: '' })
})

test('refuses missing paths, and paths that are not files', () => {
  const root = site()
  expect(() => resolveRelease(path.join(root, 'current/gone.js'))).toThrow(/There is no application at .*gone\.js/)
  expect(() => resolveRelease(path.join(root, 'current'))).toThrow(/There is no application at/)
})

test('keeps the links of a path as the user wrote it', () => {
  const root = site()
  expect(logicalPath(`${root}/current/../current/app.js`)).toBe(path.join(root, 'current/app.js'))
  expect(logicalPath('app.js', { PWD: process.cwd() })).toBe(path.join(process.cwd(), 'app.js'))
  expect(logicalCwd({ PWD: '/somewhere/else' })).toBe(process.cwd())
})

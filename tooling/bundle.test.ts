import { execFileSync } from 'node:child_process'
import { globSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { type BundledManifest, bundle, publishedExports, replaceFolder } from './bundle.ts'

const root = join(import.meta.dirname, '..')
const bundled = globSync('packages/*/package.json', { cwd: root })
  .map(path => join(root, path))
  .map(path => ({ path, manifest: JSON.parse(readFileSync(path, 'utf8')) as BundledManifest & { scripts?: object } }))
  .filter(({ manifest }) => manifest.scripts && 'prepack' in manifest.scripts)

test('packages that an application loads at its start are bundled when they are packed', () => {
  const names = bundled.map(({ manifest }) => manifest.name)
  expect(names).toEqual(expect.arrayContaining(['arlen', '@arlen/core', '@arlen/http', '@arlen/router']))
})

test.each(bundled)('$manifest.name publishes the bundles of what it exports', ({ manifest }) => {
  expect(manifest.publishConfig?.exports).toEqual(publishedExports(manifest))
})

test('a bundle keeps names, shares state between its entries, and its maps lead to the sources', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'arlen-bundle-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const manifest = {
    name: 'x',
    type: 'module',
    exports: {
      '.': { '@arlen/source': './src/index.ts', types: './dist/index.d.ts', default: './dist/index.js' },
      './count': {
        '@arlen/source': './src/state/count.ts',
        types: './dist/state/count.d.ts',
        default: './dist/count.js',
      },
    },
    dependencies: { other: '1' },
  }
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  write('package.json', JSON.stringify(manifest))
  write('src/state/count.ts', 'let now = 0\nexport const count = (): number => (now += 1)\n')
  write('src/a.ts', 'class Thing {}\nexport const first: object = new Thing()\n')
  write(
    'src/index.ts',
    `import { first } from './a.ts'
export { other } from 'other'
export { count } from './state/count.ts'
class Thing {}
export const names = (): string[] => [first, new Thing()].map(one => one.constructor.name)
export function fails(): never {
  throw new Error('on purpose')
}
`,
  )
  write('node_modules/other/package.json', '{ "name": "other", "type": "module", "exports": "./index.js" }')
  write('node_modules/other/index.js', 'export const other = 1')
  await bundle(folder)
  write(
    'main.js',
    `import * as x from './dist/bundle/index.js'
import { count } from './dist/bundle/count.js'
try { x.fails() } catch (error) {
  console.log(JSON.stringify([x.names(), x.count(), count(), x.other, error.stack.split('\\n')[1].trim()]))
}`,
  )
  const out = execFileSync(process.execPath, ['--enable-source-maps', 'main.js'], { cwd: folder, encoding: 'utf8' })
  expect(JSON.parse(out)).toEqual([
    ['Thing', 'Thing'],
    1,
    2,
    1,
    expect.stringMatching(/^at (?:Module\.)?fails \(.*src\/index\.ts:7:9\)$/),
  ])
})

test('making the same bundle again leaves its files alone; a different one replaces all of them', () => {
  const folder = mkdtempSync(join(tmpdir(), 'arlen-bundle-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const target = join(folder, 'dist/bundle')
  const make = (files: Record<string, string>) => {
    replaceFolder(target, new Map(Object.entries(files).map(([name, text]) => [name, Buffer.from(text)])))
    return statSync(target).ino
  }
  const first = make({ 'a.js': '1', 'b.js': '2' })
  expect(make({ 'a.js': '1', 'b.js': '2' })).toBe(first)
  expect(make({ 'a.js': '1', 'c.js': '3' })).not.toBe(first)
  expect(readdirSync(target).sort()).toEqual(['a.js', 'c.js'])
  writeFileSync(join(target, 'a.js'), 'damaged')
  make({ 'a.js': '1', 'c.js': '3' })
  expect(readFileSync(join(target, 'a.js'), 'utf8')).toBe('1')
  expect(readdirSync(join(folder, 'dist'))).toEqual(['bundle'])
})

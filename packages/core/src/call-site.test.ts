import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { CallSite, callersIn, packageFolders } from './call-site.ts'

function library(frames?: number): CallSite {
  return new CallSite(library, frames)
}

test('names the caller', () => {
  const site = library()
  expect(site.location([])).toEqual({ file: import.meta.filename, line: 10, column: expect.any(Number) })
})

test('leaves out the frames of the folders named, but not those of tests in them', () => {
  const inside = runInNewContext('(make) => make()', {}, { filename: '/framework/app.js' }) as (
    make: unknown,
  ) => CallSite
  const site = inside(library)
  expect(site.location([])?.file).toBe('/framework/app.js')
  expect(site.location(['/framework'])?.file).toBe(import.meta.filename)
  expect(site.location(['/frame'])?.file).toBe('/framework/app.js')
  expect(site.location(['/framework', import.meta.dirname])?.file).toBe(import.meta.filename)
})

test('keeps as many frames as asked for, whatever the limit is, and leaves the limit as it was', () => {
  const limit = Error.stackTraceLimit
  try {
    for (const low of [0, 1, undefined as unknown as number]) {
      Error.stackTraceLimit = low
      expect(library(20).location([])?.file).toBe(import.meta.filename)
      expect(Error.stackTraceLimit).toBe(low)
    }
    Error.stackTraceLimit = 0
    expect(library().location([])).toBeUndefined()
  } finally {
    Error.stackTraceLimit = limit
  }
})

test('the folders of a package are those of its sources and of what they are built to', () => {
  const folders = ['/node_modules/@arlen/x/src', '/node_modules/@arlen/x/dist']
  expect(packageFolders('file:///node_modules/@arlen/x/dist/match/walk.js')).toEqual(folders)
  expect(packageFolders('file:///node_modules/@arlen/x/src/index.ts')).toEqual(folders)
  expect(packageFolders('file:///somewhere/bundle.js')).toEqual(['/somewhere'])
})

test('the program comes before installed packages that call for it, which count if there is nothing else', () => {
  const stack = (...files: string[]) => `Error: x\n${files.map(file => `    at f (${file}:1:2)`).join('\n')}`
  const files = (...given: string[]) =>
    callersIn(stack(...given), ['/app/node_modules/own/dist']).map(({ file }) => file)
  const [own, other, program] = [
    '/app/node_modules/own/dist/a.js',
    '/app/node_modules/other/b.js',
    '/app/c.ts',
  ] as const
  expect(files(own, other, program)).toEqual([program])
  expect(files(own, other)).toEqual([other])
})

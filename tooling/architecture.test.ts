import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { rules } from './architecture/rules.ts'
import { readWorkspace } from './architecture/workspace.ts'
import { REPORT, readSurfaces, renderReport } from './surface/report.ts'

describe('in this repository', () => {
  const root = join(import.meta.dirname, '..')
  const workspace = readWorkspace(root)

  test.each(Object.keys(rules))('%s', rule => {
    const found = rules[rule]?.(workspace) ?? []
    expect(found, found.join('; ')).toEqual([])
  })

  describe.each(readSurfaces(root))('the public surface of $name', surface => {
    test('is as its report says', () => {
      const report = join(root, surface.folder, REPORT)
      const known = existsSync(report) ? readFileSync(report, 'utf8') : ''
      expect(renderReport(surface), `if it is meant to change: make surface, and commit ${REPORT}`).toBe(known)
    })

    test('is documented: every export has a docstring', () => {
      const exports = surface.entryPoints.flatMap(({ specifier, exports }) =>
        exports.filter(({ doc }) => doc === '').map(({ name }) => `${name} of ${specifier}`),
      )
      expect(exports).toEqual([])
    })
  })
})

/** A sound workspace of two packages, an app and a tool, to break in one way at a time. */
const sound: Record<string, string> = {
  'package.json': json({ name: 'root', devDependencies: { vitest: '1' } }),
  'CONTRIBUTING.md': '# C\n\n## Layers\n\nDown:\n\n    @arlen/view   @arlen/http\n    @arlen/core\n\n## Code\n',
  'tooling/tool.ts': `import { defineConfig } from 'vitest/config'\nimport { other } from './other.ts'\nexport default defineConfig({ other })`,
  'tooling/other.ts': 'export const other = 1',
  'apps/shop/package.json': json({ name: 'shop', dependencies: { '@arlen/http': '*' } }),
  'apps/shop/app.ts': `import { serve } from '@arlen/http'\nserve()`,
  ...library('core', {}, { dependencies: { pino: '1', '@types/pino': '1' } }),
  'packages/core/src/log.ts': `import pino from 'pino'\nexport const log = pino()`,
  ...library('view', {}, { devDependencies: { express: '5' } }),
  ...library('http', { '.': 'index', './testing': 'testing' }, { dependencies: { '@arlen/core': '*' } }, ['../core']),
  'packages/http/src/connection/socket-driver.ts': `import { createServer } from 'node:net'\nexport const listen = createServer`,
  'packages/http/src/serve.ts': `import { log } from '@arlen/core'\nimport './socket-driver.ts'\nexport const serve = log`,
  'packages/http/src/testing.ts': `export { serve } from './serve.ts'`,
  'packages/http/src/serve.test.ts': `import { test } from 'vitest'\nimport './serve.ts'\ntest('serves', () => {})`,
  'packages/http/fixtures/broken.ts': `import 'left-pad'\nthis is no program`,
  'packages/view/fixtures/app.ts': `import express from 'express'`,
}

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'arlen-architecture-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

function violations(changes: Record<string, string | undefined> = {}): Record<string, string[]> {
  for (const [path, text] of Object.entries({ ...sound, ...changes })) {
    if (text === undefined) continue
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  const workspace = readWorkspace(root)
  const found = Object.entries(rules).map(([rule, check]) => [rule, check(workspace)] as const)
  return Object.fromEntries(found.filter(([, messages]) => messages.length > 0))
}

test('a sound workspace breaks no rule', () => {
  expect(violations()).toEqual({})
})

describe('a workspace that is not sound breaks a rule:', () => {
  const http = (code: string) => ({ 'packages/http/src/serve.ts': `import '@arlen/core'\n${code}` })
  const inside = 'no import of another package’s inside'
  const layers = 'imports point down the layers'
  const declared = 'every import is declared'
  const complete = 'every package has its README, errors and tests'

  test.each<[string, string, string, Record<string, string | undefined>]>([
    ['a relative path into a package', inside, 'outside of packages/http', http(`import '../../core/src/log.ts'`)],
    ['a subpath that is not exported', inside, '@arlen/core does not export', http(`import '@arlen/core/src/log.ts'`)],
    ['a dynamic import of an inside', inside, '@arlen/core does not export', http(`await import('@arlen/core/log')`)],
    ['an app that reaches in', inside, 'apps/shop', { 'apps/shop/x.ts': `import '../../packages/http/src/serve.ts'` }],
    ['a tool that reaches in', inside, 'tooling/x.ts', { 'tooling/x.ts': `import '../packages/http/src/serve.ts'` }],
    ['a sideways import', layers, 'which is beside @arlen/http', http(`import '@arlen/view'`)],
    ['a sideways type', layers, 'which is beside', http(`import type { V } from '@arlen/view'\nexport type W = V`)],
    ['a sideways augmentation', layers, 'which is beside', http(`declare module '@arlen/view' { interface V {} }`)],
    ['an inline import type', layers, 'which is beside', http(`export type W = import('@arlen/view').V`)],
    ['an upward import', layers, 'above @arlen/core', { 'packages/core/src/up.ts': `export * from '@arlen/http'` }],
    ['an upward import in a test', layers, 'above', { 'packages/core/test/up.test.ts': `import '@arlen/http'` }],
    ['a package without a layer', layers, '@arlen/new has no layer', library('new', {}, {})],
    ['an undeclared dependency', declared, 'left-pad, which packages/http', http(`import 'left-pad/lib/x'`)],
    ['a tool of the root in shipped code', declared, 'vitest', http(`import 'vitest'`)],
    ['an undeclared dependency of an app', declared, 'pino', { 'apps/shop/x.ts': `import 'pino'` }],
    ['an undeclared dependency of a tool', declared, 'pino', { 'tooling/x.ts': `import 'pino'` }],
    [
      'a development dependency in shipped code',
      declared,
      'left-pad',
      {
        ...http(`import 'left-pad'`),
        ...library(
          'http',
          { '.': 'index', './testing': 'testing' },
          { dependencies: { '@arlen/core': '*' }, devDependencies: { 'left-pad': '1' } },
          ['../core'],
        ),
      },
    ],
    [
      'an optional peer that is not brought',
      'a package that imports what needs an optional peer depends on that peer',
      'packages/http/package.json must name pino',
      {
        ...library(
          'core',
          { './log': 'log' },
          { peerDependencies: { pino: '1' }, peerDependenciesMeta: { pino: { optional: true } } },
        ),
        ...http(`import '@arlen/core/log'`),
      },
    ],
    ['an unused dependency', 'every declared dependency is used', 'pino', { 'packages/core/src/log.ts': 'export {}' }],
    [
      'an unused development dependency',
      'every declared dependency is used',
      'left-pad in its devDependencies',
      library('view', {}, { devDependencies: { 'left-pad': '1' } }),
    ],
    [
      'types of a library that is not used',
      'every declared dependency is used',
      '@types/left__pad',
      library('view', {}, { dependencies: { '@types/left__pad': '1' } }),
    ],
    [
      'an export that only its own file uses',
      'every exported value is used by another file',
      'packages/http/src/serve.ts exports port, which no other file imports',
      http('export const serve = 1\nexport const port = 1\nexport const twice = port * 2'),
    ],
    [
      'an export whose name another file gives to something else',
      'every exported value is used by another file',
      'packages/http/src/serve.ts exports other',
      { ...http('export const serve = 1\nexport function other() {}'), 'packages/http/src/b.ts': 'const other = 1' },
    ],
    [
      'a missing reference',
      'compiler references are the workspace dependencies',
      'does not reference packages/core',
      { 'packages/http/tsconfig.json': '{}' },
    ],
    [
      'a reference too many',
      'compiler references are the workspace dependencies',
      'which it does not depend on',
      { 'packages/view/tsconfig.json': json({ references: [{ path: '../core' }] }) },
    ],
    [
      'a circle of modules',
      'modules do not import each other in a circle',
      'packages/http/src/b.ts ↔ packages/http/src/serve.ts',
      { ...http(`import './b.ts'`), 'packages/http/src/b.ts': `import './serve.ts'` },
    ],
    [
      'a circle of types',
      'modules do not import each other in a circle',
      'packages/http/src/b.ts ↔ packages/http/src/serve.ts',
      {
        ...http(`import type { B } from './b.ts'\nexport type A = B`),
        'packages/http/src/b.ts': `import type { A } from './serve.ts'\nexport type B = A`,
      },
    ],
    ['a second file with node:net', 'one file of @arlen/http knows node:net', 'serve.ts', http(`import 'node:net'`)],
    ['an import of node:http', 'node:http is loaded when it is needed', 'serve.ts', http(`import 'node:http'`)],
    ['a file of 501 lines', 'no file is longer than 500 lines', '501 lines', http('\n'.repeat(500))],
    [
      'an index with code of its own',
      'an index only exports',
      'packages/view/src/index.ts',
      { 'packages/view/src/index.ts': 'export const version = 1' },
    ],
    [
      'an index that imports for effect',
      'an index only exports',
      'packages/view/src/index.ts',
      { 'packages/view/src/index.ts': `import './errors.ts'\nexport {}` },
    ],
    [
      'a using declaration',
      'Node.js 22 can parse what is not a test',
      'packages/http/src/serve.ts has a using declaration',
      http('export async function serve() {\n  await using x = open()\n}'),
    ],
    ['no example', complete, 'README.md has no example', { 'packages/view/README.md': '# View\n```ts\n1\n```\n' }],
    [
      'no table of errors',
      complete,
      'throws and has no src/errors.ts',
      { ...without('packages/view/src/errors.ts'), 'packages/view/src/x.ts': `throw new Error('x')` },
    ],
    ['no test', complete, 'packages/view has no test', without('packages/view/src/errors.test.ts')],
    ['no index', complete, 'has no src/index.ts', without('packages/view/src/index.ts')],
    ['an export of nothing', 'every export has its source', './gone', library('view', { './gone': 'gone' }, {})],
  ])('%s', (_, rule, message, changes) => {
    const found = violations(changes)
    expect(found[rule]?.join('\n')).toContain(message)
  })

  test('what a test imports is used, and a program that is loaded by its path may export what it likes', () => {
    const found = violations({
      ...http('export const serve = 1\nexport const port = 1'),
      'packages/http/src/serve.test.ts': `import { port } from './serve.ts'\nport`,
      'packages/http/src/child.ts': 'export const loaded = 1',
    })
    expect(found).toEqual({})
  })

  test('types of node:net may be named anywhere, for they are gone at run time', () => {
    expect(violations(http(`import type { Socket } from 'node:net'\nexport type S = Socket`))).toEqual({})
  })
})

function library(
  name: string,
  entries: Record<string, string>,
  manifest: object,
  references: string[] = [],
): Record<string, string> {
  const folder = `packages/${name}`
  const exported = Object.entries({ '.': 'index', ...entries }).map(([key, file]) => [
    key,
    { '@arlen/source': `./src/${file}.ts`, types: `./dist/${file}.d.ts`, default: `./dist/${file}.js` },
  ])
  return {
    [`${folder}/package.json`]: json({ name: `@arlen/${name}`, exports: Object.fromEntries(exported), ...manifest }),
    [`${folder}/tsconfig.json`]: json({ references: references.map(path => ({ path })) }),
    [`${folder}/README.md`]: '# It\n\n```ts run\n1 + 1\n```\n',
    [`${folder}/src/index.ts`]: `export { errors } from './errors.ts'`,
    [`${folder}/src/errors.ts`]: 'export const errors = {}',
    [`${folder}/src/errors.test.ts`]: `import { test } from 'vitest'\ntest('is', () => {})`,
  }
}

function without(path: string): Record<string, undefined> {
  return { [path]: undefined }
}

function json(value: unknown): string {
  return JSON.stringify(value)
}

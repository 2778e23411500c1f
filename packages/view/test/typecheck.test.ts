import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import type { Diagnostic } from '@arlen/core'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { buildViews, mapDiagnostic } from '../src/index.ts'

const fixture = join(import.meta.dirname, '../fixtures/typed')
const typescript = createRequire(import.meta.url).resolve('typescript/package.json')
const tsc = join(dirname(typescript), 'bin/tsc')
const scratch = join(import.meta.dirname, '../.arlen')
let app: string

// Inside the package, where '@arlen/view' is found by its own name.
beforeEach(() => {
  mkdirSync(scratch, { recursive: true })
  app = mkdtempSync(join(scratch, 'typed-'))
  cpSync(fixture, app, { recursive: true })
})

afterEach(() => {
  rmSync(app, { recursive: true })
})

async function check(): Promise<Diagnostic[]> {
  const output = await new Promise<string>(done => {
    execFile(process.execPath, [tsc, '-p', app, '--pretty', 'false'], { cwd: app }, (_error, stdout) => done(stdout))
  })
  return [...output.matchAll(/^(.+)\((\d+),(\d+)\): error (TS\d+: .*)$/gm)].map(([, file, line, column, message]) =>
    mapDiagnostic({
      stage: 'typecheck',
      severity: 'error',
      message: message!,
      file: join(app, file!),
      line: Number(line),
      column: Number(column),
    }),
  )
}

test('types locals, partials, helpers and pages from headers', async () => {
  await buildViews({ dir: join(app, 'templates'), outDir: join(app, '.arlen/views') })
  expect(await check()).toEqual([])
})

// Each line of the template is wrong where the mark is.
const MISTAKES = `<%! import type { Product } from '../models.ts'
    props: { product: Product; list: Product[] } %>
<h1><%= $product.|nmae %></h1>
<% for (const item of $list) { %>
  <i><%= |item %></i> <%= |formatPirce(item.cents) %>
<% } %>
<%= include('parts/card', { |product: 3 }) %>
<%= |include('slow', { n: 1 }) %>
<%= |$titel %>
<%= $product.cents
  .|toUppperCase() %>
<% const |n: string = 1; void n %>
<% const part = 'parts/crad' as const, slots = { item: 1 } -%>
<%= include(|part, { product: $product }) %>
<%= include('parts/list', { title: '' }, |slots) %>
<%= include('parts/list', { title: '' }, { ...slots, |itme: '' }) %>
<%= |include('parts/card') %>
<% layout('site', { |title: 4 }) %>
<%= |new Date() %>
<%= formatPrice(|$product.name) %>
<%= urlFor('x', { |id: 1 }) %>
<%= include('parts/list', { title: '' }, { default: '', item: product => { %><%= product.|nmae %><% } }) %>
<%= include('parts/list', { title: '' }, { default: '', |item: async () => { %>x<% } }) %>
`

test('reports mistakes of templates at their own lines and columns', async () => {
  const file = join(app, 'templates/mistakes.html.ets')
  writeFileSync(file, MISTAKES.replaceAll('|', ''))
  await buildViews({ dir: join(app, 'templates'), outDir: join(app, '.arlen/views') })
  const found = await check()
  expect(found.every(diagnostic => realpathSync(diagnostic.file!) === realpathSync(file))).toBe(true)
  const places = new Set(found.map(({ line, column }) => `${line}:${column}`))
  const expected = MISTAKES.split('\n').flatMap((text, index) =>
    text
      .split('|')
      .slice(0, -1)
      .map((_, mark, parts) => `${index + 1}:${parts.slice(0, mark + 1).join('').length + 1}`),
  )
  expect([...places].sort()).toEqual(expected.sort())
  expect(found.find(({ line }) => line === 3)?.snippet).toContain('> 3 | <h1><%= $product.nmae %></h1>')
})

test('leaves diagnostics of other files alone', () => {
  const diagnostic: Diagnostic = {
    stage: 'typecheck',
    severity: 'error',
    message: 'x',
    file: relative('.', join(app, 'app.ts')),
    line: 3,
  }
  expect(mapDiagnostic(diagnostic)).toBe(diagnostic)
  const other = { ...diagnostic, file: join(app, 'x.html.ets.ts') }
  expect(mapDiagnostic(other)).toBe(other)
})

import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import { createViews } from '../views.ts'
import { buildViews } from './build.ts'

let root: string
let dir: string
let outDir: string

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'arlen-view-'))
  dir = join(root, 'templates')
  outDir = join(root, '.arlen', 'views')
})

afterEach(() => {
  rmSync(root, { recursive: true })
})

function write(files: Record<string, string>): void {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), text)
  }
}

test('writes modules and a registry that renders without the templates', async () => {
  write({
    'lib/shout.ts': 'export const shout = (text: string): string => text.toUpperCase()',
    'templates/users/show.html.ets':
      "<%! import { shout } from '../../lib/shout.ts' %><%= shout($name) %><%= include('x.txt') %>",
    'templates/x.txt.ets': '&',
  })
  expect(await buildViews({ dir, outDir })).toEqual({ names: ['users/show', 'x.txt'], warnings: [] })
  rmSync(dir, { recursive: true })
  const views = createViews({ compiled: outDir })
  expect(views.render('users/show', { name: 'a<' })).toBe('A&lt;&amp;')
  expect(views.names()).toEqual(['users/show', 'x.txt'])
})

test('a process that is reading a module when it is compiled again reads all of the former one', async () => {
  write({ 'templates/a.html.ets': '<p>one</p>' })
  await buildViews({ dir, outDir })
  const reader = openSync(join(outDir, 'a.html.ets.js'), 'r')
  onTestFinished(() => closeSync(reader))
  write({ 'templates/a.html.ets': '<p>two</p>' })
  await Promise.all([1, 2].map(() => buildViews({ dir, outDir })))
  expect(readFileSync(reader, 'utf8')).toContain('<p>one</p>')
  expect(createViews({ compiled: outDir }).render('a', {})).toBe('<p>two</p>')
  expect(readdirSync(outDir).filter(file => file.endsWith('.new'))).toEqual([])
})

test('imports the types of this package as the application can', async () => {
  write({
    'templates/a.html.ets': '<%! props: { x: string } %><%= $x %>',
    'package.json': '{"dependencies":{"arlen":"1"}}',
  })
  await buildViews({ dir, outDir })
  const generated = ['a.html.ets.ts', 'index.d.ts'].map(file => readFileSync(join(outDir, file), 'utf8')).join('')
  expect(generated.match(/'@?arlen\/view'/g)).toEqual(["'arlen/view'", "'arlen/view'", "'arlen/view'"])
  write({ 'package.json': '{"dependencies":{"arlen":"1","@arlen/view":"1"}}' })
  await buildViews({ dir, outDir })
  expect(readFileSync(join(outDir, 'index.d.ts'), 'utf8')).toContain("declare module '@arlen/view'")
})

test('takes everything a header may hold', async () => {
  write({
    'lib/data.json': '{"a": 1}',
    'templates/a.html.ets': `<%! const one = 1; import data from '../lib/data.json' with { type: 'json' }
      import { basename } from 'node:path'; export type Id = number
      function two(): number { return 2 }
      interface User { id: Id }
      const here = import.meta.dirname
      props: { user: User } layout: null %>
<%= one %><%= two() %><%= data.a %><%= basename(here) %><%= $user.id %>`,
  })
  await buildViews({ dir, outDir })
  expect(createViews({ compiled: outDir }).render('a', { user: { id: 7 } })).toBe('121views7')
  expect(createViews({ dir }).render('a', { user: { id: 7 } })).toBe('121templates7')
})

test('maps errors of compiled templates to their own lines', async () => {
  write({ 'templates/a.html.ets': '<p>\n  <%= $x.y.z %></p>' })
  await buildViews({ dir, outDir })
  const views = createViews({ compiled: outDir })
  let stack = ''
  try {
    views.render('a', { x: {} })
  } catch (error) {
    stack = (error as Error).stack ?? ''
  }
  expect(stack).toContain(`${join(dir, 'a.html.ets')}:2:12`)
})

test('reports the first mistake of every template, and writes nothing', async () => {
  write({
    'templates/a.html.ets': '<%= %>',
    'templates/b.html.ets': '\n<% const a = 1 const %>',
    'templates/c.html.ets': '<% const a = 1 %>\n<% const a = 1 %>',
    'templates/d.html.ets': 'fine',
  })
  await expect(buildViews({ dir, outDir })).rejects.toMatchObject({
    code: 'build_failed',
    diagnostics: [
      { file: join(dir, 'a.html.ets'), line: 1, column: 1 },
      { file: join(dir, 'b.html.ets'), line: 2, column: 16 },
      { file: join(dir, 'c.html.ets'), line: 2, column: 10 },
    ],
  })
  expect(existsSync(outDir)).toBe(false)
})

test('refuses two templates of one name', async () => {
  write({ 'templates/a.html.ets': '1', 'templates/a.ets': '2' })
  await expect(buildViews({ dir, outDir })).rejects.toMatchObject({ code: 'template_ambiguous' })
})

test('leaves alone what did not change and removes what is gone', async () => {
  write({ 'templates/a.html.ets': '1', 'templates/b.html.ets': '2', 'templates/c/d.html.ets': '3' })
  await buildViews({ dir, outDir })
  const before = statSync(join(outDir, 'a.html.ets.js'), { bigint: true }).mtimeNs
  rmSync(join(dir, 'c'), { recursive: true })
  write({ 'templates/b.html.ets': '2 <%= 1 %>' })
  await buildViews({ dir, outDir })
  expect(statSync(join(outDir, 'a.html.ets.js'), { bigint: true }).mtimeNs).toBe(before)
  expect(readFileSync(join(outDir, 'b.html.ets.js'), 'utf8')).toContain('2 ')
  expect(existsSync(join(outDir, 'c/d.html.ets.js'))).toBe(false)
  expect(createViews({ compiled: outDir }).names()).toEqual(['a', 'b'])
})

test('warns of values that escaping does not make safe', async () => {
  write({ 'templates/a.html.ets': '<a href=<%= $x %>>\n<script>let a = <%= $y %></script>' })
  const { warnings } = await buildViews({ dir, outDir })
  expect(warnings).toMatchObject([
    { severity: 'warning', line: 1, column: 9, message: expect.stringContaining('quotes') },
    { severity: 'warning', line: 2, column: 17, message: expect.stringContaining('jsonScript') },
  ])
})

test('refuses compiled templates whose helpers are missing, when they are opened', async () => {
  write({ 'templates/a.html.ets': '<%= price(1) %>' })
  await buildViews({ dir, outDir })
  expect(() => createViews({ compiled: outDir })).toThrow(expect.objectContaining({ code: 'helper_unknown' }))
  expect(createViews({ compiled: outDir, helpers: { price: () => '€' } }).render('a')).toBe('€')
})

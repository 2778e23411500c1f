import { join } from 'node:path'
import type { Diagnostic } from '@arlen/core'
import { describe, expect, test } from 'vitest'
import { TemplateFolder } from '../../test/template-folder.ts'
import { createViews } from '../views.ts'
import { buildViews } from './build.ts'

const folder = new TemplateFolder()

const SITE = '<title><%= content("title") %></title><%= content("head") %><%= content() %>'

async function problems(files: Readonly<Record<string, string>>, layouts: string[] = []): Promise<string[]> {
  folder.write(files)
  const lines = (found: readonly Diagnostic[]) =>
    found.map(({ file, line, column, severity, message }) => {
      return `${severity} ${file?.slice(folder.dir.length + 1)}:${line}:${column} ${message}`
    })
  try {
    const { warnings } = await buildViews({ dir: folder.dir, outDir: join(folder.dir, '.out'), layouts })
    return lines(warnings)
  } catch (error) {
    return lines((error as { diagnostics?: Diagnostic[] }).diagnostics ?? raise(error))
  }
}

function raise(error: unknown): never {
  throw error
}

describe('templates that are not there', () => {
  test('are reported where they are named, with the nearest name', async () => {
    const found = await problems({
      'layouts/site.html.ets': SITE,
      'parts/card.html.ets': 'x',
      'a.html.ets': `<%! layout: 'layouts/sit' %>\n<%= include('parts/crad') %>\n <%= includeEach(\`parts/cards\`, []) %>`,
      'b.html.ets': `<% if ($x) { layout('layout/site') } %>\n<%= include('zzz', {}, () => { %>x<% }) %>`,
      'c.html.ets': `<%= include($name) %><% layout($other) %>`,
    })
    expect(found).toEqual([
      'error a.html.ets:1:13 There is no template "layouts/sit"; did you mean "layouts/site"?',
      'error a.html.ets:2:13 There is no template "parts/crad"; did you mean "parts/card"?',
      'error a.html.ets:3:18 There is no template "parts/cards"; did you mean "parts/card"?',
      'error b.html.ets:1:21 There is no template "layout/site"; did you mean "layouts/site"?',
      'error b.html.ets:2:13 There is no template "zzz".',
    ])
  })

  test('are not looked for in functions of that name which the template declares', async () => {
    expect(await problems({ 'a.html.ets': '<% const include = (x: string) => x %><%= include("b") %>' })).toEqual([])
  })

  test('are refused as the layout of all pages', async () => {
    const files = { 'layouts/site.html.ets': SITE }
    await expect(problems(files, ['layouts/stie'])).rejects.toThrow('did you mean "layouts/site"?')
    expect(await problems(files, ['layouts/site'])).toEqual([])
  })

  test('are found by load() in a folder', () => {
    folder.write({ 'layouts/site.html.ets': SITE, 'a.html.ets': '<%= include("b") %>' })
    const views = createViews({ dir: folder.dir })
    expect(() => views.load()).toThrow(expect.objectContaining({ code: 'template_missing', line: 1, column: 13 }))
    folder.write({ 'a.html.ets': '' })
    views.load()
    expect(() => createViews({ dir: folder.dir, layout: 'layouts/sites' }).load()).toThrow('"layouts/site"?')
  })

  test('are also found by load() among compiled templates', async () => {
    const outDir = join(folder.dir, '.out')
    expect(await problems({ 'layouts/site.html.ets': SITE })).toEqual([])
    createViews({ compiled: outDir, layout: 'layouts/site' }).load()
    expect(() => createViews({ compiled: outDir, layout: 'layouts/sites' }).load()).toThrow('"layouts/site"?')
  })
})

describe('slots', () => {
  const card = '<%! slots: { body: []; footer?: [] } %><%= slots.body() %><%= slots.footer?.() %>'

  test('that a component does not have or needs are reported where it is used', async () => {
    const found = await problems({
      'card.html.ets': card,
      'a.html.ets': `<%= include('card', {}, { body: () => { %>x<% }, 'foter': () => { %>y<% } }) %>\n<%= include('card') %>`,
      'b.html.ets': `<%= include('card', {}, () => { %>x<% }) %>`,
      'c.html.ets': `<%= include('card', {}, { ...$slots }) %><%= include('card', {}, $slots) %>`,
      'd.html.ets': `<%= include('card', { a: [1, 2] }, { async body() { %>x<% }, footer: $f }) %>`,
    })
    expect(found).toEqual([
      'error a.html.ets:1:50 The template "card" has no slot "foter"; did you mean "footer"?',
      expect.stringContaining('error a.html.ets:2:13 The template "card" needs the slot "body"'),
      'error b.html.ets:1:25 The template "card" has no slot "default"; it has "body", "footer".',
      expect.stringContaining('error b.html.ets:1:13 The template "card" needs the slot "body"'),
    ])
  })

  test('that a component never prints are reported', async () => {
    const found = await problems({
      'a.html.ets': '<%! slots: { body: []; footer?: [] } %><%= slots.body() %>',
      'b.html.ets': '<%! slots: { body: []; footer?: [] } %><% const { footer } = slots %><%= footer?.() %>',
    })
    expect(found).toEqual([
      'warning a.html.ets:1:24 This template never prints its slot "footer": write <%= slots.footer() %>.',
    ])
  })
})

describe('blocks that are never printed', () => {
  test('are reported where they are filled, with the nearest name', async () => {
    const found = await problems({
      'site.html.ets': SITE,
      'bare.html.ets': '<%= content() %>',
      'a.html.ets': '<%! layout: "site" %>\n<% contentFor("haed", "x") %><% contentFor("head", "x") %>',
      'b.html.ets': '<%! layout: "bare" %>\n<% contentFor("head", () => { %>x<% }) %>',
      'c.html.ets': '<% contentFor("tilte", "x") %>',
    })
    expect(found).toEqual([
      'warning a.html.ets:2:15 Nobody prints the block "haed"; did you mean "head"?',
      `warning b.html.ets:2:15 Nobody prints the block "head": a layout of this template has to call content('head').`,
      'warning c.html.ets:1:15 Nobody prints the block "tilte"; did you mean "title"?',
    ])
  })

  test('are looked for in the layouts of layouts, in partials, and around a partial', async () => {
    const found = await problems({
      'head.html.ets': '<%= content("head") %>',
      'site.html.ets': '<%= include("head") %><%= content() %>',
      'admin.html.ets': '<%! layout: "site" %><% contentFor("head", "x") %><%= content() %>',
      'a.html.ets': '<%! layout: "admin" %><% contentFor("head", "x") %><%= include("part") %><%= include("box") %>',
      'part.html.ets': '<% contentFor("head", "x") %><%= include("inner") %>',
      'inner.html.ets': '<%! layout: null %><% contentFor("head", "x") %>',
      'frame.html.ets': '<%= hasContent("foot") %><%= content() %>',
      'box.html.ets': '<%! layout: "frame" %><% contentFor("foot", "x") %><% contentFor("head", "x") %>',
    })
    expect(found).toEqual([expect.stringContaining('warning box.html.ets:1:66 Nobody prints the block "head"')])
  })

  test('are not reported if names are computed or layouts are chosen by the program', async () => {
    expect(
      await problems({
        'site.html.ets': '<% for (const name of ["a"]) { %><%= content(name) %><% } %><%= content() %>',
        'a.html.ets': '<%! layout: "site" %><% contentFor("x", "") %>',
        'b.html.ets': '<% layout($which) %><% contentFor("y", "") %>',
        'c.html.ets': '<%! layout: null %><% contentFor($any, "") %>',
      }),
    ).toEqual([])
  })

  test('are silenced with a reason', async () => {
    const page = (comment: string) => `<%! layout: null %>${comment}<% contentFor("x", "") %>`
    expect(await problems({ 'a.html.ets': page('<%# allow block: the mail program reads it %>') })).toEqual([])
    expect(await problems({ 'a.html.ets': page('<%# allow block %>') })).toHaveLength(1)
  })
})

describe('pages in JSON', () => {
  test('are refused where they cannot be JSON; partials and layouts may print a part of it', async () => {
    const found = await problems({
      'feed.json.ets': '[\n  <%= $a %>\n  <%= $b %>\n]',
      'members.json.ets': '"a": 1, "b": 2',
      'envelope.json.ets': '{ "data": <%= content() %>, <%= include("members.json") %> }',
      'page.json.ets': '<%! layout: "envelope.json" %>{ <%= include("members.json") %> }',
    })
    expect(found).toEqual([
      'error feed.json.ets:3:3 The template "feed.json" does not print valid JSON: "," or "]" is expected here.',
    ])
  })
})

describe('layouts without content()', () => {
  const message = 'but it never calls content(): the page inside it is not printed.'

  test('are reported, however they are named', async () => {
    const files = {
      'one.html.ets': 'x<%= content("title") %>',
      'two.html.ets': 'x',
      'three.html.ets': 'x',
      'a.html.ets': '<%! layout: "one" %>',
      'b.html.ets': '<% layout("two") %>',
    }
    expect(await problems(files, ['three'])).toEqual([
      `warning three.html.ets:1:1 This is the layout of pages that name no other, ${message}`,
      `warning one.html.ets:1:1 This is the layout of "a", ${message}`,
      `warning two.html.ets:1:1 This is the layout of "b", ${message}`,
    ])
  })

  test('may leave it to a partial, or say why', async () => {
    const files = {
      'one.html.ets': '<%= include("main") %>',
      'main.html.ets': '<main><%= content() %></main>',
      'two.html.ets': '<%# allow content: its pages are blocks only %><%= content("x") %>',
      'three.html.ets': '<%= include($which) %>',
      'a.html.ets': '<%! layout: "one" %>',
      'b.html.ets': '<% layout("two") %>',
    }
    expect(await problems(files, ['three'])).toEqual([])
  })
})

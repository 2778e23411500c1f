import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { TemplateFolder } from '../test/template-folder.ts'
import { createViews } from './views.ts'

const folder = new TemplateFolder()

describe('helpers', () => {
  test('are called by name, listed and typed', () => {
    const { render } = folder.views(
      { 'a.html.ets': '<%= price(5) %><%= [1, 2].map(helpers.price).join() %>' },
      { helpers: { price: (cents: number) => `€${cents}` } },
    )
    expect(render('a')).toBe('€5€1,€2')
  })

  test('are made from the context of the rendering', () => {
    const { render } = folder.views(
      { 'a.html.ets': '<%= user() %><%= include("b") %>', 'b.html.ets': '<%= user() %>' },
      { contextHelpers: { user: context => () => (context as { name: string }).name } },
    )
    expect(render('a', {}, { name: 'Ada' })).toBe('AdaAda')
    expect(render('a', {}, { name: 'Bob' })).toBe('BobBob')
    expect(() => render('a')).toThrow(expect.objectContaining({ code: 'context_missing' }))
  })

  test('may have the name of a parameter elsewhere in the template', () => {
    const { render } = folder.views(
      { 'a.html.ets': '<%= t("x") %><% for (const n of [1].map(t => t + 1)) { %><%= n %><% } %>' },
      { helpers: { t: (key: string) => key.toUpperCase() } },
    )
    expect(render('a')).toBe('X2')
  })

  test('that do not exist are reported where they are called, with the likeliest', () => {
    const { render } = folder.views({ 'a.html.ets': '\n <%= pirce(1) %>' }, { helpers: { price: () => '' } })
    expect(() => render('a')).toThrow(
      expect.objectContaining({
        code: 'helper_unknown',
        line: 2,
        column: 6,
        reason: expect.stringContaining('did you mean "price"?'),
      }),
    )
  })

  test.each(['include', 'if', 'a-b', 'Math', 'locals'])('cannot be called "%s"', name => {
    expect(() => createViews({ dir: folder.dir, helpers: { [name]: () => '' } })).toThrow(
      expect.objectContaining({ code: 'helper_name_invalid' }),
    )
  })
})

test('code that returns before the end of its template is refused', async () => {
  const { render } = folder.views({
    'a.html.ets': 'a<% if (1) { return } %>',
    'b.html.ets': 'b<% await null; if (1) { return } %>',
    'c.html.ets': '<%= include("a") %>',
    'd.html.ets': '<%= await include("b") %>',
  })
  for (const name of ['a', 'c']) expect(() => render(name)).toThrow('"a" is invalid: it returns before its end.')
  for (const name of ['b', 'd'])
    await expect(render(name)).rejects.toThrow('"b" is invalid: it returns before its end.')
})

describe('names', () => {
  test.each(['../secret', '/etc/passwd', 'a/../../b', 'a//b', './a', 'a\\b', 'a\0', ''])('cannot be %j', name => {
    const { render } = folder.views({})
    expect(() => render(name)).toThrow(expect.objectContaining({ code: 'template_name_invalid' }))
  })

  test('that are unknown are reported with the likeliest', () => {
    const { render } = folder.views({ 'users/show.html.ets': '' })
    expect(() => render('users/shwo')).toThrow('did you mean "users/show"?')
  })

  test('of inherited members are unknown too', () => {
    expect(() => folder.views({}).render('constructor')).toThrow(expect.objectContaining({ code: 'template_missing' }))
  })
})

describe('changes', () => {
  test('show at the next rendering, of pages and partials, of the same size and at once', () => {
    const { render } = folder.views({ 'a.html.ets': 'a<%= include("b") %>', 'b.html.ets': '1' }, { reload: true })
    for (const n of ['1', '2', '3', '<%= %>', '4']) {
      folder.write({ 'b.html.ets': n })
      if (n.startsWith('<')) expect(() => render('a')).toThrow('has no expression')
      else expect(render('a')).toBe(`a${n}`)
    }
    folder.write({ 'c.html.ets': 'new' })
    expect(render('c')).toBe('new')
  })

  test('are not looked for in production', () => {
    const { render } = folder.views({ 'a.html.ets': '1' }, { reload: false })
    expect(render('a')).toBe('1')
    folder.write({ 'a.html.ets': '2' })
    expect(render('a')).toBe('1')
  })
})

test('imports modules relative to the template', () => {
  folder.write({ 'lib/shout.ts': 'export const shout = (text: string): string => text.toUpperCase()' })
  const { render } = folder.views({ 'a/b.html.ets': "<%! import { shout } from '../lib/shout.ts' %><%= shout('x') %>" })
  expect(render('a/b')).toBe('X')
})

test('leaves errors of imported modules as they are', () => {
  folder.write({
    'lib/parse.ts': 'JSON.parse("{")',
    'lib/broken.ts': 'const a = 1 const',
    'a.html.ets': "<%! import './lib/parse.ts' %>",
    'b.html.ets': "<%! import './lib/broken.ts' %>",
    'c.html.ets': "<%! import './lib/missing.ts' %>",
  })
  const { render } = createViews({ dir: folder.dir })
  expect(() => render('a')).toThrow(expect.objectContaining({ stack: expect.stringContaining('lib/parse.ts:1') }))
  expect(() => render('b')).toThrow(expect.objectContaining({ stack: expect.stringContaining('lib/broken.ts:1') }))
  expect(() => render('c')).toThrow(expect.objectContaining({ code: 'ERR_MODULE_NOT_FOUND' }))
})

test('escapes what is not HTML where it stands in HTML', () => {
  const { render } = folder.views({
    'site.html.ets': '<%= content() %>|<%= content("x") %>',
    'a.txt.ets': '<%! layout: "site" %><a><%= include("b.txt") %><% contentFor("x", "<c>") %>',
    'b.txt.ets': '<b>',
    'c.html.ets': '<%! layout: "site" %><%= include("d.txt") %><%= include("e.json") %>',
    'd.txt.ets': '<d><% contentFor("x", "<e>") %>',
    'e.json.ets': '["<%== "<" %>"]',
  })
  expect(render('a.txt')).toBe('&lt;a&gt;&lt;b&gt;|&lt;c&gt;')
  expect(render('c')).toBe('&lt;d&gt;[&#34;&lt;&#34;]|&lt;e&gt;')
})

test('knows the media types of its formats', () => {
  const { contentType } = folder.views({})
  expect(['a', 'v1.2', 'a.txt', 'a.json', 'sitemap.xml', 'constructor'].map(contentType)).toEqual([
    'text/html; charset=utf-8',
    'text/html; charset=utf-8',
    'text/plain; charset=utf-8',
    'application/json',
    'application/xml; charset=utf-8',
    'text/html; charset=utf-8',
  ])
})

test('loads all templates on demand, and throws the first mistake', () => {
  const { load } = folder.views({ 'a.html.ets': '1', 'b.html.ets': '<%= %>' })
  expect(load).toThrow(expect.objectContaining({ code: 'expression_empty' }))
  folder.write({ 'b.html.ets': '2' })
  expect(load()).toBeUndefined()
})

test('a folder that is not there has no templates', () => {
  const { render, names } = createViews({ dir: join(folder.dir, 'nowhere') })
  expect(names()).toEqual([])
  expect(() => render('a')).toThrow(expect.objectContaining({ code: 'template_missing' }))
})

test('gives every page the common locals, which its own go before', () => {
  const { render } = folder.views({ 'a.html.ets': '<%= $x %><%= $y %>' }, { locals: { x: 1, y: 2 } })
  expect(render('a', { y: 3 })).toBe('13')
})

test('blocks of a partial with its own layout are not seen by the next one', async () => {
  const views = folder.views({
    'page.html.ets': `<%= include('card', { title: 'one' }) %>|<%= include('card', {}) %>|<%= content('title') %>`,
    'card.html.ets': `<%! layout: 'box' %><% if (locals.title) contentFor('title', locals.title) %>body`,
    'box.html.ets': `[<%= content('title', () => { %>none<% }) %>: <%= content() %>]`,
  })
  expect(await views.render('page')).toBe('[one: body]|[none: body]|')
})

test('blocks of a partial without a layout are for the layout of the page', async () => {
  const views = folder.views({
    'page.html.ets': `<%! layout: 'box' %><%= include('part') %>`,
    'part.html.ets': `<% contentFor('title', 'from the part') %>body`,
    'box.html.ets': `[<%= content('title') %>: <%= content() %>]`,
  })
  expect(await views.render('page')).toBe('[from the part: body]')
})

test('a JSON template that has not printed JSON says so', async () => {
  const views = folder.views({ 'list.json.ets': `[<% for (const x of locals.list) { %><%= x %>,<% } %>]` })
  expect(() => views.render('list.json', { list: [1] })).toThrow('The template "list.json" does not print valid JSON')
})

describe('templates of an installed package', () => {
  const installed = (text: string) => {
    folder.write({ 'node_modules/mails/templates/a.html.ets': text })
    return createViews({ dir: join(folder.dir, 'node_modules/mails/templates'), reload: false })
  }

  test('are rendered, types included', () => {
    const { render } = installed(
      '<%! props: { name: string } -%>\n<% const loud: string = $name.toUpperCase() -%>\n<%= loud %>',
    )
    expect(render('a', { name: 'ada' })).toBe('ADA')
  })

  test('have their mistakes at their own lines', () => {
    expect(() => installed('\n<% const = 1 %>').render('a')).toThrow(
      expect.objectContaining({
        code: 'template_invalid',
        line: 2,
        path: expect.stringMatching(/mails\/templates\/a\.html\.ets$/),
      }),
    )
    expect(() => installed('\n\n<% throw new Error("here") %>').render('a')).toThrow(
      expect.objectContaining({ stack: expect.stringMatching(/a\.html\.ets:3:/) }),
    )
  })
})

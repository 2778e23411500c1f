import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createViews, type ViewsOptions } from './views.ts'

let dir: string

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'arlen-view-'))
})

afterEach(() => {
  rmSync(dir, { recursive: true })
})

function write(files: Record<string, string>): void {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, file)), { recursive: true })
    writeFileSync(join(dir, file), text)
  }
}

function views(files: Record<string, string>, options: Partial<ViewsOptions> = {}) {
  write(files)
  return createViews({ dir, ...options })
}

describe('partials', () => {
  test('have the locals they are given and no others', () => {
    const { render } = views({
      'a.html.ets': '<%= include("parts/_b", { x: $x + 1 }) %><%== include("parts/_b", { x: 9 }) %>',
      'parts/_b.html.ets': '[<%= $x %>]',
    })
    expect(render('a', { x: 1 })).toBe('[2][9]')
  })

  test('are rendered for each item of a collection', () => {
    const { render } = views({
      'a.html.ets':
        '<%= includeEach("_b", $list, (item, index) => ({ item, index })) %>|<%= includeEach("_c", $objects) %>',
      '_b.html.ets': '<%= $index %>:<%= $item %> ',
      '_c.html.ets': '<%= $x %>',
    })
    expect(render('a', { list: ['<', 'b'], objects: [{ x: 1 }, { x: 2 }] })).toBe('0:&lt; 1:b |12')
  })

  test('of another format are escaped', () => {
    const { render } = views({ 'a.html.ets': '<%= include("b.txt") %>', 'b.txt.ets': 'a < b' })
    expect(render('a')).toBe('a &lt; b')
  })

  test('that await are awaited', async () => {
    const { render } = views({ 'a.html.ets': '<%= await include("b") %>', 'b.html.ets': '<%= await 1 %>' })
    expect(await render('a')).toBe('1')
  })

  test('that await are rendered one after the other', async () => {
    const order: string[] = []
    const step = async (x: string) => {
      order.push(`${x} begins`)
      await null
      order.push(`${x} ends`)
      return x
    }
    const files = { 'a.html.ets': '<%= await includeEach("b", $list) %>', 'b.html.ets': '<%= await step($x) %>' }
    const { render } = views(files, { helpers: { step } })
    expect(await render('a', { list: [{ x: '1' }, { x: '2' }] })).toBe('12')
    expect(order).toEqual(['1 begins', '1 ends', '2 begins', '2 ends'])
  })

  test('that await and are not awaited are refused', () => {
    const { render } = views({ 'a.html.ets': '<%= include("b") %>', 'b.html.ets': '<%= await 1 %>' })
    expect(() => render('a')).toThrow('A promise has no string form to print: await it.')
  })
})

test('partials may include themselves, but not without end', () => {
  const { render } = views({
    'tree.html.ets': '(<% for (const node of $nodes) { %><%= include("tree", { nodes: node }) %><% } %>)',
    'loop.html.ets': '<%= include("loop") %>',
  })
  expect(render('tree', { nodes: [[[]], []] })).toBe('((())())')
  expect(() => render('loop')).toThrow(expect.objectContaining({ code: 'include_loop' }))
})

test('a byte order mark is not printed', () => {
  expect(views({ 'a.html.ets': '\ufeffa' }).render('a')).toBe('a')
})

describe('layouts', () => {
  const site = '<title><%= $title %></title><%== content("head") %><body><%= content() %></body>'

  test('wrap a page and see its locals', () => {
    const { render } = views({ 'site.html.ets': site, 'a.html.ets': '<% layout("site") %>hi' })
    expect(render('a', { title: 'A&B' })).toBe('<title>A&amp;B</title><body>hi</body>')
  })

  test('take locals of their own', () => {
    const { render } = views({ 'site.html.ets': site, 'a.html.ets': '<% layout("site", { title: "own" }) %>hi' })
    expect(render('a', {})).toBe('<title>own</title><body>hi</body>')
  })

  test('nest', () => {
    const { render } = views({
      'site.html.ets': site,
      'admin.html.ets': '<% layout("site") %><main><%= content() %></main>',
      'a.html.ets': '<%! layout: "admin" %>hi',
    })
    expect(render('a', { title: 't' })).toBe('<title>t</title><body><main>hi</main></body>')
  })

  test('print the blocks that page and partials collect, in order', () => {
    const { render } = views({
      'site.html.ets': site,
      'a.html.ets': '<% layout("site") %><% contentFor("head", () => { %><a><% }) %><%= include("b") %>',
      'b.html.ets': '<% contentFor("head", () => { %><b><% }) %>.',
    })
    expect(render('a', { title: '' })).toBe('<title></title><a><b><body>.</body>')
  })

  test('print a fallback where a block is missing', () => {
    const { render } = views(
      {
        'site.html.ets': '<%= content("x", () => { %>none<% }) %><%= hasContent("x") %><%= content() %>',
        'a.html.ets': '',
        'b.html.ets': '<% contentFor("x", "<") %>',
      },
      { layout: 'site' },
    )
    expect(render('a')).toBe('nonefalse')
    expect(render('b')).toBe('&lt;true')
  })

  test('are chosen by rendering, template and default, in this order', () => {
    const { render } = views(
      {
        'one.html.ets': '1<%= content() %>',
        'two.html.ets': '2<%= content() %>',
        'a.html.ets': 'a',
        'b.html.ets': '<%! layout: "two" %>b',
        'c.html.ets': '<%! layout: null %>c',
        'd.txt.ets': 'd',
      },
      { layout: 'one' },
    )
    expect(['a', 'b', 'c', 'd.txt'].map(name => render(name))).toEqual(['1a', '2b', 'c', 'd'])
    expect(render('b', {}, undefined, { layout: 'one' })).toBe('1b')
    expect(render('b', {}, undefined, { layout: null })).toBe('b')
  })

  test('of a partial wrap the partial alone', () => {
    const { render } = views({
      'card.html.ets': '<card><%= content() %></card>',
      'part.html.ets': '<% layout("card") %><%= $x %>',
      'a.html.ets': '<%= include("part", { x: 1 }) %><%= include("part", { x: 2 }) %>',
    })
    expect(render('a')).toBe('<card>1</card><card>2</card>')
  })

  test('that choose each other are refused', () => {
    const { render } = views({ 'a.html.ets': '<%! layout: "b" %>', 'b.html.ets': '<%! layout: "a" %>' })
    expect(() => render('a')).toThrow(expect.objectContaining({ code: 'include_loop' }))
  })
})

describe('helpers', () => {
  test('are called by name, listed and typed', () => {
    const { render } = views(
      { 'a.html.ets': '<%= price(5) %><%= [1, 2].map(helpers.price).join() %>' },
      { helpers: { price: (cents: number) => `€${cents}` } },
    )
    expect(render('a')).toBe('€5€1,€2')
  })

  test('are made from the context of the rendering', () => {
    const { render } = views(
      { 'a.html.ets': '<%= user() %><%= include("b") %>', 'b.html.ets': '<%= user() %>' },
      { contextHelpers: { user: context => () => (context as { name: string }).name } },
    )
    expect(render('a', {}, { name: 'Ada' })).toBe('AdaAda')
    expect(render('a', {}, { name: 'Bob' })).toBe('BobBob')
    expect(() => render('a')).toThrow(expect.objectContaining({ code: 'context_missing' }))
  })

  test('may have the name of a parameter elsewhere in the template', () => {
    const { render } = views(
      { 'a.html.ets': '<%= t("x") %><% for (const n of [1].map(t => t + 1)) { %><%= n %><% } %>' },
      { helpers: { t: (key: string) => key.toUpperCase() } },
    )
    expect(render('a')).toBe('X2')
  })

  test('that do not exist are reported where they are called, with the likeliest', () => {
    const { render } = views({ 'a.html.ets': '\n <%= pirce(1) %>' }, { helpers: { price: () => '' } })
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
    expect(() => createViews({ dir, helpers: { [name]: () => '' } })).toThrow(
      expect.objectContaining({ code: 'helper_name_invalid' }),
    )
  })
})

test('code that returns before the end of its template is refused', async () => {
  const { render } = views({
    'a.html.ets': 'a<% if (1) { return } %>',
    'b.html.ets': 'b<% await null; if (1) { return } %>',
    'c.html.ets': '<%= include("a") %>',
    'd.html.ets': '<%= await include("b") %>',
  })
  for (const name of ['a', 'c']) expect(() => render(name)).toThrow('"a" is not valid: it returns before its end.')
  for (const name of ['b', 'd'])
    await expect(render(name)).rejects.toThrow('"b" is not valid: it returns before its end.')
})

describe('names', () => {
  test.each(['../secret', '/etc/passwd', 'a/../../b', 'a//b', './a', 'a\\b', 'a\0', ''])('cannot be %j', name => {
    const { render } = views({})
    expect(() => render(name)).toThrow(expect.objectContaining({ code: 'template_name_invalid' }))
  })

  test('that are unknown are reported with the likeliest', () => {
    const { render } = views({ 'users/show.html.ets': '' })
    expect(() => render('users/shwo')).toThrow('did you mean "users/show"?')
  })

  test('of inherited members are unknown too', () => {
    expect(() => views({}).render('constructor')).toThrow(expect.objectContaining({ code: 'template_missing' }))
  })
})

describe('changes', () => {
  test('show at the next rendering, of pages and partials, of the same size and at once', () => {
    const { render } = views({ 'a.html.ets': 'a<%= include("b") %>', 'b.html.ets': '1' }, { reload: true })
    for (const n of ['1', '2', '3', '<%= %>', '4']) {
      write({ 'b.html.ets': n })
      if (n.startsWith('<')) expect(() => render('a')).toThrow('prints nothing')
      else expect(render('a')).toBe(`a${n}`)
    }
    write({ 'c.html.ets': 'new' })
    expect(render('c')).toBe('new')
  })

  test('are not looked for in production', () => {
    const { render } = views({ 'a.html.ets': '1' }, { reload: false })
    expect(render('a')).toBe('1')
    write({ 'a.html.ets': '2' })
    expect(render('a')).toBe('1')
  })
})

test('imports modules relative to the template', () => {
  write({ 'lib/shout.ts': 'export const shout = (text: string): string => text.toUpperCase()' })
  const { render } = views({ 'a/b.html.ets': "<%! import { shout } from '../lib/shout.ts' %><%= shout('x') %>" })
  expect(render('a/b')).toBe('X')
})

test('leaves errors of imported modules as they are', () => {
  write({
    'lib/parse.ts': 'JSON.parse("{")',
    'lib/broken.ts': 'const a = 1 const',
    'a.html.ets': "<%! import './lib/parse.ts' %>",
    'b.html.ets': "<%! import './lib/broken.ts' %>",
    'c.html.ets': "<%! import './lib/missing.ts' %>",
  })
  const { render } = createViews({ dir })
  expect(() => render('a')).toThrow(expect.objectContaining({ stack: expect.stringContaining('lib/parse.ts:1') }))
  expect(() => render('b')).toThrow(expect.objectContaining({ stack: expect.stringContaining('lib/broken.ts:1') }))
  expect(() => render('c')).toThrow(expect.objectContaining({ code: 'ERR_MODULE_NOT_FOUND' }))
})

test('escapes what is not HTML where it stands in HTML', () => {
  const { render } = views({
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
  const { contentType } = views({})
  expect(['a', 'v1.2', 'a.txt', 'a.json', 'sitemap.xml', 'constructor'].map(contentType)).toEqual([
    'text/html; charset=utf-8',
    'text/html; charset=utf-8',
    'text/plain; charset=utf-8',
    'application/json',
    'application/xml; charset=utf-8',
    'text/html; charset=utf-8',
  ])
})

test('loads all templates at once when asked to, and tells the first mistake', () => {
  const { load } = views({ 'a.html.ets': '1', 'b.html.ets': '<%= %>' })
  expect(load).toThrow(expect.objectContaining({ code: 'expression_empty' }))
  write({ 'b.html.ets': '2' })
  expect(load()).toBeUndefined()
})

test('a folder that is not there has no templates', () => {
  const { render, names } = createViews({ dir: join(dir, 'nowhere') })
  expect(names()).toEqual([])
  expect(() => render('a')).toThrow(expect.objectContaining({ code: 'template_missing' }))
})

test('gives every page the common locals, which its own go before', () => {
  const { render } = views({ 'a.html.ets': '<%= $x %><%= $y %>' }, { locals: { x: 1, y: 2 } })
  expect(render('a', { y: 3 })).toBe('13')
})

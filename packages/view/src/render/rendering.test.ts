import { channel } from 'node:diagnostics_channel'
import { describe, expect, test } from 'vitest'
import { TemplateFolder } from '../../test/template-folder.ts'

const folder = new TemplateFolder()

describe('partials', () => {
  test('have the locals they are given and no others', () => {
    const { render } = folder.views({
      'a.html.ets': '<%= include("parts/_b", { x: $x + 1 }) %><%== include("parts/_b", { x: 9 }) %>',
      'parts/_b.html.ets': '[<%= $x %>]',
    })
    expect(render('a', { x: 1 })).toBe('[2][9]')
  })

  test('are rendered for each item of a collection', () => {
    const { render } = folder.views({
      'a.html.ets':
        '<%= includeEach("_b", $list, (item, index) => ({ item, index })) %>|<%= includeEach("_c", $objects) %>',
      '_b.html.ets': '<%= $index %>:<%= $item %> ',
      '_c.html.ets': '<%= $x %>',
    })
    expect(render('a', { list: ['<', 'b'], objects: [{ x: 1 }, { x: 2 }] })).toBe('0:&lt; 1:b |12')
  })

  test('of another format are escaped', () => {
    const { render } = folder.views({ 'a.html.ets': '<%= include("b.txt") %>', 'b.txt.ets': 'a < b' })
    expect(render('a')).toBe('a &lt; b')
  })

  test('that await are awaited', async () => {
    const { render } = folder.views({ 'a.html.ets': '<%= await include("b") %>', 'b.html.ets': '<%= await 1 %>' })
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
    const { render } = folder.views(files, { helpers: { step } })
    expect(await render('a', { list: [{ x: '1' }, { x: '2' }] })).toBe('12')
    expect(order).toEqual(['1 begins', '1 ends', '2 begins', '2 ends'])
  })

  test('that await and are not awaited are refused', () => {
    const { render } = folder.views({ 'a.html.ets': '<%= include("b") %>', 'b.html.ets': '<%= await 1 %>' })
    expect(() => render('a')).toThrow('A promise has no string form to print: await it.')
  })
})

test('partials may include themselves, but not without end', () => {
  const { render } = folder.views({
    'tree.html.ets': '(<% for (const node of $nodes) { %><%= include("tree", { nodes: node }) %><% } %>)',
    'loop.html.ets': '<%= include("loop") %>',
  })
  expect(render('tree', { nodes: [[[]], []] })).toBe('((())())')
  expect(() => render('loop')).toThrow(expect.objectContaining({ code: 'include_loop' }))
})

test('a byte order mark is not printed', () => {
  expect(folder.views({ 'a.html.ets': '\ufeffa' }).render('a')).toBe('a')
})

describe('layouts', () => {
  const site = '<title><%= $title %></title><%== content("head") %><body><%= content() %></body>'

  test('wrap a page and see its locals', () => {
    const { render } = folder.views({ 'site.html.ets': site, 'a.html.ets': '<% layout("site") %>hi' })
    expect(render('a', { title: 'A&B' })).toBe('<title>A&amp;B</title><body>hi</body>')
  })

  test('take locals of their own', () => {
    const { render } = folder.views({ 'site.html.ets': site, 'a.html.ets': '<% layout("site", { title: "own" }) %>hi' })
    expect(render('a', {})).toBe('<title>own</title><body>hi</body>')
  })

  test('nest', () => {
    const { render } = folder.views({
      'site.html.ets': site,
      'admin.html.ets': '<% layout("site") %><main><%= content() %></main>',
      'a.html.ets': '<%! layout: "admin" %>hi',
    })
    expect(render('a', { title: 't' })).toBe('<title>t</title><body><main>hi</main></body>')
  })

  test('print the blocks that page and partials collect, in order', () => {
    const { render } = folder.views({
      'site.html.ets': site,
      'a.html.ets': '<% layout("site") %><% contentFor("head", () => { %><a><% }) %><%= include("b") %>',
      'b.html.ets': '<% contentFor("head", () => { %><b><% }) %>.',
    })
    expect(render('a', { title: '' })).toBe('<title></title><a><b><body>.</body>')
  })

  test('print a fallback where a block is missing', () => {
    const { render } = folder.views(
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
    const { render } = folder.views(
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
    const { render } = folder.views({
      'card.html.ets': '<card><%= content() %></card>',
      'part.html.ets': '<% layout("card") %><%= $x %>',
      'a.html.ets': '<%= include("part", { x: 1 }) %><%= include("part", { x: 2 }) %>',
    })
    expect(render('a')).toBe('<card>1</card><card>2</card>')
  })

  test('that choose each other are refused', () => {
    const { render } = folder.views({ 'a.html.ets': '<%! layout: "b" %>', 'b.html.ets': '<%! layout: "a" %>' })
    expect(() => render('a')).toThrow(expect.objectContaining({ code: 'include_loop' }))
  })
})

test('each template, partial and layout is published with its locals', () => {
  const files = {
    'a.html.ets': '<%! layout: "l" %><%= include("_b", { x: $x + 1 }) %><%= include("c.txt", { y: 1 }) %>',
    '_b.html.ets': '<%= $x %>',
    'c.txt.ets': '<%= $y %>',
    'l.html.ets': '<%= content() %>',
  }
  const { render } = folder.views(files, { locals: { site: 's' } })
  const told: unknown[] = []
  const listen = (event: unknown) => void told.push(event)
  channel('arlen:view:render').subscribe(listen)
  render('a', { x: 1 })
  channel('arlen:view:render').unsubscribe(listen)
  render('a', { x: 1 })
  expect(told).toEqual([
    { template: 'a', locals: { site: 's', x: 1 } },
    { template: '_b', locals: { x: 2 } },
    { template: 'c.txt', locals: { y: 1 } },
    { template: 'l', locals: { site: 's', x: 1 } },
  ])
})

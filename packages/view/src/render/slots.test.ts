import { describe, expect, test } from 'vitest'
import { TemplateFolder } from '../../test/template-folder.ts'

const folder = new TemplateFolder()

const card = `<%! props: { title: string }
    slots: { default: []; row: [item: { name: string }, index: number]; footer?: [] } %>
<section><h2><%= $title %></h2>
<%= slots.default() %><% for (const [index, item] of [{ name: 'a' }, { name: '<b>' }].entries()) { %>(<%= slots.row(item, index) %>)<% } -%>
<% if (slots.footer) { %><footer><%= slots.footer() %></footer><% } %></section>`

describe('slots', () => {
  test('print the blocks of an object, with what the component gives them', () => {
    const { render } = folder.views({
      'card.html.ets': card,
      'a.html.ets': `<% const who = '<i>' -%>
<%= include('card', { title: 'T&C' }, {
  default: () => { %><p>Hello <%= who %></p><% },
  row: (item, index) => { %><b><%= index %>: <%= item.name %></b><% },
  footer() { %>end<% },
}) %>!`,
    })
    expect(render('a')).toBe(
      '<section><h2>T&amp;C</h2>\n<p>Hello &lt;i&gt;</p>(<b>0: a</b>)(<b>1: &lt;b&gt;</b>)<footer>end</footer></section>!',
    )
  })

  test('that are optional may be left out, and a value stands for a block', () => {
    const { render } = folder.views({
      'card.html.ets': card,
      'a.html.ets': `<%= include('card', { title: '' }, { default: '<x>', row: item => item.name, footer: $footer }) %>`,
    })
    expect(render('a', { footer: undefined })).toBe('<section><h2></h2>\n&lt;x&gt;(a)(&lt;b&gt;)</section>')
    expect(render('a', { footer: '&' })).toContain('<footer>&amp;</footer>')
  })

  test('named default take one block alone', () => {
    const { render } = folder.views({
      'box.html.ets': '<%! slots: { default: [] } %><div><%= slots.default() %></div>',
      'a.html.ets': '<%= include("box", {}, () => { %><p><% if ($x) { %>yes<% } %></p><% }) %>',
    })
    expect(render('a', { x: true })).toBe('<div><p>yes</p></div>')
  })

  test('nest, and are passed on', () => {
    const { render } = folder.views({
      'box.html.ets': '<%! slots: { default: [] } %>[<%= slots.default() %>]',
      'twice.html.ets': `<%! slots: { default: [] } %><%= include('box', {}, { default: slots.default }) %><%= include('box', {}, () => { %>+<%= slots.default() %><% }) %>`,
      'a.html.ets': `<%= include('twice', {}, () => { %>x<%= include('box', {}, () => { %>y<% }) %><% }) %>`,
    })
    expect(render('a')).toBe('[x[y]][+x[y]]')
  })

  test('may await where the component does', async () => {
    const { render } = folder.views({
      'box.html.ets':
        '<%! slots: { default: []; after?: [] } %>[<%= await slots.default() %><%= await slots.after?.() %>]',
      'a.html.ets': `<%= await include('box', {}, { default: async () => { %>x<%= await $later %><% }, after: () => { %>z<% } }) %>`,
    })
    expect(await render('a', { later: Promise.resolve('y') })).toBe('[xyz]')
  })

  test('belong to one use of a component', () => {
    const { render } = folder.views({
      'box.html.ets': '<%! slots: { default?: [] } %>[<%= slots.default?.() %>]',
      'a.html.ets': `<%= include('box', {}, () => { %>x<% }) %><%= include('box') %><%= includeEach('box', [{}, {}]) %>`,
    })
    expect(render('a')).toBe('[x][][][]')
  })

  test('that a component does not have are refused, with the nearest', () => {
    const { render } = folder.views({
      'card.html.ets': card,
      'plain.html.ets': 'x',
      'a.html.ets': `<%= include('card', { title: '' }, { default: '', row: () => '', foter: '' }) %>`,
      'b.html.ets': `<%= include('plain', {}, () => { %>x<% }) %>`,
    })
    expect(() => render('a')).toThrow('The template "card" has no slot "foter"; did you mean "footer"?')
    expect(() => render('b')).toThrow('The template "plain" has no slot "default": declare its slots in its header')
  })

  test('that are needed and not given are refused, also where the component is a page or in a list', () => {
    const { render } = folder.views({
      'card.html.ets': card,
      'a.html.ets': `<%= include('card', { title: '' }, { default: '' }) %>`,
      'b.html.ets': `<%= includeEach('card', [{ title: '' }]) %>`,
    })
    const missing = expect.objectContaining({ code: 'slot_missing' })
    expect(() => render('a')).toThrow('The template "card" needs the slot "row"')
    expect(() => render('b')).toThrow(missing)
    expect(() => render('card', { title: '' })).toThrow(missing)
  })

  test('that the header does not declare are refused when the component is compiled', () => {
    const { render } = folder.views({
      'a.html.ets': '<%! slots: { footer: [] } %>\n<%= slots.foter() %>',
      'b.html.ets': '\n <%= slots.body() %>',
      'c.html.ets': '<%! slots: Slots %>',
      'd.html.ets': '<%! slots: {} %>',
      'e.html.ets': '<% const slots = [1, 2] %><%= slots.length %>',
    })
    expect(() => render('a')).toThrow(expect.objectContaining({ code: 'slot_unknown', line: 2, column: 11 }))
    expect(() => render('a')).toThrow('did you mean "footer"?')
    expect(() => render('b')).toThrow(expect.objectContaining({ code: 'slot_unknown', line: 2, column: 12 }))
    expect(() => render('c')).toThrow(expect.objectContaining({ code: 'header_invalid' }))
    expect(() => render('d')).toThrow(expect.objectContaining({ code: 'header_invalid' }))
    expect(render('e')).toBe('2')
  })
})

describe('blocks', () => {
  const files = {
    'card.html.ets':
      '<card><%= content("title", () => { %>none<% }) %>|<%= hasContent("note") %>|<%= content() %></card>',
    'first.html.ets': '<%! layout: "card" %><% contentFor("title", "1") %><% contentFor("note", "n") %>first',
    'second.html.ets': '<%! layout: "card" %>second',
    'outer.html.ets': '<%! layout: "card" %><% contentFor("title", "outer") %><%= include("second") %>',
    'adds.html.ets': '<% contentFor("title", "added") %>',
  }

  test('of a partial with a layout are not those of the next one', () => {
    const { render } = folder.views({ ...files, 'a.html.ets': '<%= include("first") %><%= include("second") %>' })
    expect(render('a')).toBe('<card>1|true|first</card><card>none|false|second</card>')
  })

  test('of a partial without a layout are those of the page, and not of a partial that has one', () => {
    const { render } = folder.views({
      ...files,
      'site.html.ets': '<%= content("title") %>:<%= content() %>',
      'a.html.ets': '<%! layout: "site" %><%= include("adds") %><%= include("second") %>',
    })
    expect(render('a')).toBe('added:<card>none|false|second</card>')
  })

  test('of the page and of what is around a partial stay outside of its layout', () => {
    const { render } = folder.views({ ...files, 'a.html.ets': '<% contentFor("title", "p") %><%= include("outer") %>' })
    expect(render('a')).toBe('<card>outer|false|<card>none|false|second</card></card>')
  })

  test('of partials that await stay their own', async () => {
    const { render } = folder.views({
      ...files,
      'slow.html.ets': '<%! layout: "card" %><% contentFor("title", await $title) %><%= await 1 %>',
      'a.html.ets':
        '<% const all = [include("slow", { title: 1 }), include("slow", { title: 2 })] %><%= await Promise.all(all) %>',
    })
    expect(await render('a')).toBe('<card>1|false|1</card><card>2|false|1</card>')
  })

  test('that a slot fills are of the page that wrote the slot', () => {
    const { render } = folder.views({
      'site.html.ets': '<%= content("head") %>:<%= content() %>',
      'frame.html.ets': '{<%= content("head") %><%= content() %>}',
      'box.html.ets': '<%! layout: "frame" slots: { default: [] } %><%= slots.default() %>',
      'a.html.ets': '<%! layout: "site" %><%= include("box", {}, () => { %><% contentFor("head", "h") %>x<% }) %>',
    })
    expect(render('a')).toBe('h:{x}')
  })
})

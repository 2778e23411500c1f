// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates hold template literals
import { describe, expect, test } from 'vitest'
import { compile } from './compile.ts'
import { raw } from './render/escape.ts'
import { templateDiagnostic } from './render/trace.ts'

describe('tags', () => {
  test.each([
    ['plain text', 'a < b & "c"\n', {}, 'a < b & "c"\n'],
    ['escaped output', '<p><%= $x %></p>', { x: `<&>"'` }, '<p>&lt;&amp;&gt;&#34;&#39;</p>'],
    ['raw output', '<%== $x %>', { x: '<b>' }, '<b>'],
    ['code', '<% for (const n of $list) { %><i><%= n %></i><% } %>', { list: [1, 2] }, '<i>1</i><i>2</i>'],
    ['comments', 'a<%# not <b>shown %>b', {}, 'ab'],
    ['comments that trim', 'a\n<%# x -%>\nb', {}, 'a\nb'],
    ['literal delimiters', '<%% code %>', {}, '<% code %>'],
    ['trimming', 'a\n<% const x = 1 -%>  \nb<%= x -%>\nc', {}, 'a\nb1c'],
    ['if and else with white space between', '<% if ($x) { %>a<% } %>\n  <% else { %>b<% } %>', { x: false }, 'b'],
    ['a switch', '<% switch ($x) { %>\n<% case 1: { %>one<% break } %>\n<% default: %>?<% } %>', { x: 1 }, 'one'],
    [
      'properties named as words of the language',
      '<%= $x.await + ({ const: 1, await: 2 }).const %>',
      { x: { await: 1 } },
      '2',
    ],
    ['no space in tags', '<%if($x){%>y<%}%>', { x: true }, 'y'],
    ['a delimiter in a string', `<%= '%>' + "<%" %>`, {}, '%&gt;&lt;%'],
    ['template literals', '<%= `a${$x ? `b${$x}` : "}"}%>` %>', { x: 1 }, 'ab1%&gt;'],
    ['regular expressions', "<%= 'a%>b'.replace(/%>/, '/') %>", {}, 'a/b'],
    ['line comments', '<% if ($x) { // why not %>y<% } // end\n %>', { x: 1 }, 'y'],
    ['block comments', '<%= /* %> */ $x /* <% */ %>', { x: 1 }, '1'],
    ['expressions over lines', '<%= [\n  $x,\n  2,\n].join("-") %>', { x: 1 }, '1-2'],
    ['TypeScript', '<% const n: number = $x as number %><%= n! satisfies number %>', { x: 5 }, '5'],
    ['carriage returns', '<% if ($x) { -%>\r\ny\r\n<% } -%>\r\nz', { x: 1 }, 'y\r\nz'],
    ['statements without semicolons', '<% const a = 1 %><% const b = 2 %><%= a + b %>', {}, '3'],
    ['locals of any script', '<%= $größe %>', { größe: 'L' }, 'L'],
    ['all locals', '<%= locals.a ?? "-" %><%= Object.keys(locals).length %>', { b: 1 }, '-1'],
    ['an object as the last token', '<% const o = { a: 1 } %><%= o.a %>', {}, '1'],
    ['text that is code elsewhere', '`${x}` \\ \u2028', {}, '`${x}` \\ \u2028'],
  ])('prints %s', (_what, source, locals, expected) => {
    expect(compile(source)(locals)).toBe(expected)
  })

  test.each([
    ['a tag that is not closed', 'a\n  <%= $x', 'tag_unclosed', 2, 3],
    ['a tag that begins in another', '<% if (x) { \n<%= y %>', 'tag_unclosed', 1, 1],
    ['an apostrophe after a tag that is not closed', "<p><%= $x </p>\n<p>don't</p>", 'tag_unclosed', 1, 4],
    ['a comment that is not closed', '<%# a', 'tag_unclosed', 1, 1],
    ['an empty expression', 'ab<%= %>', 'expression_empty', 1, 3],
    ['an expression that is a comment', '<%== /* a */ %>', 'expression_empty', 1, 1],
    ['an unknown sigil', '<p>\n<%- $x %>', 'sigil_invalid', 2, 3],
    ['a local that is not a name', '<%= $1 %>', 'sigil_invalid', 1, 5],
    ['a dollar sign alone', '<%= $ %>', 'sigil_invalid', 1, 5],
    ['a string over the end of its line', "<% const a = 'x\n' %>", 'code_unclosed', 1, 14],
    ['a template literal without an end', '<% const a = `x %>', 'code_unclosed', 1, 14],
    ['a block comment without an end', '<% /* a %>', 'code_unclosed', 1, 4],
    ['a bracket that is not closed', '<% if (a) { %>\n<% for (;;) { %>', 'bracket_unmatched', 2, 13],
    ['a bracket that is not open', '\n<% } %>', 'bracket_unmatched', 2, 4],
    ['brackets that do not match', '<% foo({) %>', 'bracket_unmatched', 1, 8],
    ['an expression that closes a block', '<% if (a) { %><%= } %>', 'bracket_unmatched', 1, 19],
    ['an expression that goes on', '<%= (1 %>', 'bracket_unmatched', 1, 5],
    ['a semicolon in an expression', '<%= $a; %>', 'expression_invalid', 1, 7],
    ['two expressions', '<%= $a, $b %>', 'expression_invalid', 1, 7],
    [
      'the end of a block in the tag of an expression',
      '<% if (1) { %><%= capture(() => { %>x<% }) } %>',
      'bracket_unmatched',
      1,
      44,
    ],
    ['a statement after an expression', '<%= capture(() => { %>x<% }); foo() %>', 'expression_invalid', 1, 29],
    [
      'printing a function that prints',
      '<% const li = (n: number) => { %><li><% } %>\n<%= li(1) %>',
      'expression_invalid',
      2,
      5,
    ],
    [
      'printing a declared function that prints',
      '<%= li(1) %><% function li(n: number) { %><li><% } %>',
      'expression_invalid',
      1,
      5,
    ],
    ['an if without braces', '<% if ($a) %>text', 'block_without_braces', 1, 4],
    ['an else without braces', '<% if ($a) { %>x<% } else %>text', 'block_without_braces', 1, 22],
    ['text in a switch', '<% switch (1) { %> x <% case 1: %><% } %>', 'text_in_switch', 1, 20],
    ['a header that comes late', 'x\n<%! props: {} %>', 'header_misplaced', 2, 1],
    ['a header of something else', '<%! foo() %>', 'header_invalid', 1, 5],
    ['code that is not TypeScript', '<p>\n <% const a = 1 const %>', 'template_invalid', 2, 17],
    [
      'a name declared twice',
      "<%! import { join } from 'node:path'; %>\n<% const a = join('x') %>\n<p><% const a = 2 %>",
      'template_invalid',
      3,
      13,
    ],
    ['awaiting in a function that is not async', '\n<% [1].map(() => { await 1 }) %>', 'template_invalid', 2, 20],
    ['an import of what there is not', "<%! import { join,\n  jion } from 'node:path' %>", 'template_invalid', 2, 3],
    ['TypeScript that is not erasable', '\n\n<% enum A { B } %>', 'template_invalid', 3, 4],
  ])('refuses %s, at its place', (_what, source, code, line, column) => {
    expect(() => compile(source, { path: 'a.html.ets' })).toThrow(
      expect.objectContaining({ code, line, column, path: 'a.html.ets' }),
    )
  })

  test('shows the source around a mistake', () => {
    expect(() => compile('<ul>\n\t<%= %>\n</ul>', { path: 'list.html.ets' })).toThrow(
      [
        'list.html.ets:2:2: This <%= %> has no expression: write one in it, or remove it.',
        '',
        '  1 | <ul>',
        '> 2 | \t<%= %>',
        '    | \t^',
        '  3 | </ul>',
      ].join('\n'),
    )
  })
})

describe('values', () => {
  test.each([
    ['numbers', 1.5, '1.5'],
    ['booleans', false, 'false'],
    ['null', null, ''],
    ['undefined', undefined, ''],
    ['big integers', 10n, '10'],
    ['dates', new Date(0), String(new Date(0)).replaceAll("'", '&#39;')],
    ['safe strings', raw('<b>'), '<b>'],
    ['arrays of strings and safe strings', ['<', raw('<br>'), ['>']], '&lt;<br>&gt;'],
  ])('prints %s', (_what, x, expected) => {
    expect(compile('<%= $x %>')({ x })).toBe(expected)
  })

  test.each([
    ['objects', {}, 'An object (Object)'],
    ['objects without a prototype', Object.create(null), 'An object (with no prototype)'],
    ['functions', () => 1, 'A function'],
    ['symbols', Symbol('a'), 'A symbol'],
    ['promises', Promise.resolve(1), 'A promise'],
  ])('refuses to print %s', (_what, x, message) => {
    for (const tag of ['<%= $x %>', '<%== $x %>']) expect(() => compile(tag)({ x })).toThrow(message)
  })

  test('reports where the template prints a value without a string form', () => {
    const render = compile('<p>\n  <b><%= $x.y %></b>')
    expect(failure(() => render({ x: { y: {} } }))).toMatchObject({ code: 'value_unprintable', place: '2:10' })
  })

  test('refuses null and undefined in strict mode', () => {
    for (const x of [null, undefined]) {
      expect(() => compile('<%= $x %>', { strict: { values: true } })({ x })).toThrow(`${x} has no string form`)
    }
  })

  test('refuses a local that is missing, at the place where it is first used', () => {
    const render = compile('<p>\n<%= $title %>', { path: 'page.html.ets' })
    expect(failure(() => render({}))).toMatchObject({ code: 'local_missing', place: '2:5' })
    expect(render({ title: undefined })).toBe('<p>\n')
  })

  test('may go without a local that is asked for with regard to that', () => {
    const render = compile('<%= $a ?? "-" %><%= $b?.c?.d %><%= typeof $c %><% if ($a ?? $b?.c) { %>!<% } %>')
    expect(render({})).toBe('-undefined')
    expect(failure(() => compile('<%= $a ?? "-" %>\n<%= $a ? 1 : 2 %>')({}))).toMatchObject({
      code: 'local_missing',
      place: '2:5',
    })
  })

  test('does not let a template assign to its locals', () => {
    expect(() => compile('<% $a = 1 %>')({ a: 2 })).toThrow('constant')
    expect(compile('<% const $b = $a + 1 %><%= $b %>')({ a: 2 })).toBe('3')
  })

  test.each([
    ['separators of any kind', '{ a: string, b?: number\n c: () => void; d?: 1 }', 'ac'],
    ['nested types', '{ a: { b: string; c: Map<string, { d: 1 }> }[]; e?: { f: 1 } }', 'a'],
    ['modifiers, comments and quotes', "{ readonly a: string /* b: 1; */; 'c': number // d: 1\n }", 'ac'],
    ['unions and conditions', "{ a: 'x' | { b: 1 }; c: 1 extends 2 ? string : number }", 'ac'],
    ['a function', '{ a: (b: string, c?: number) => { d: 1 } }', 'a'],
    ['a name', 'Foo', ''],
    ['an intersection', '{ a: 1 } & Foo', ''],
    ['nothing', '{}', ''],
  ])('reads what locals are demanded from a header with %s', (_what, type, demanded) => {
    const render = compile(
      `<%! type Foo = object\nprops: ${type} %>${[...'abcdef'].map(name => `<% void $${name} %>`).join('')}`,
    )
    const given = Object.fromEntries([...demanded].map(name => [name, 1]))
    expect(render(given)).toBe('')
    for (const name of demanded) {
      const { [name]: _left, ...others } = given
      expect(() => render(others)).toThrow(expect.objectContaining({ code: 'local_missing' }))
    }
  })

  test('has no expression for a missing local where that is allowed', () => {
    expect(compile('<%= $title %>', { strict: { locals: false } })({})).toBe('')
  })

  test('demands of typed locals the ones that are not optional', () => {
    const render = compile('<%! props: { a: string; b?: string } %><%= $a %><%= $b %>')
    expect(render({ a: 'x' })).toBe('x')
    expect(() => render({ b: 'x' })).toThrow(expect.objectContaining({ code: 'local_missing' }))
  })
})

describe('formats', () => {
  test('prints text as it is', () => {
    expect(compile('<%= $x %>', { format: 'txt' })({ x: '<a & b>' })).toBe('<a & b>')
  })

  test('prints JSON values into JSON', () => {
    const render = compile('{"a": <%= $a %>, "b": <%= $b %>}', { path: 'a.json.ets' })
    const text = render({ a: '</script>"', b: { c: [1, null] } }) as string
    expect(text).not.toContain('<')
    expect(JSON.parse(text)).toEqual({ a: '</script>"', b: { c: [1, null] } })
  })
})

describe('blocks', () => {
  test('captures what a block prints', () => {
    expect(compile('<% const x = capture(() => { %><b><%= $x %></b><% }) %>[<%= x %>]')({ x: '<' })).toBe(
      '[<b>&lt;</b>]',
    )
  })

  test('calls a block again and again', () => {
    const source =
      '<% const li = block((n: number, s = "") => { %><li><%= n + s %></li><% }) %><%= li(1) %><%= li(2, "<") %>'
    expect(compile(source)()).toBe('<li>1</li><li>2&lt;</li>')
  })

  test('passes a block to a helper', () => {
    const helpers = { box: (title: string, body: () => string) => raw(`<div title="${title}">${body()}</div>`) }
    expect(compile('<%= box("a", () => { %><p><%= $x %></p><% }) %>.', { helpers })({ x: 1 })).toBe(
      '<div title="a"><p>1</p></div>.',
    )
  })

  test('lets functions print where they are called', () => {
    const source =
      '<% const li = (n: number) => { %><li><%= n %><% } %><% function b() { %><b><% } %><% li(1) %><% b() %><% li(2) %>'
    expect(compile(source)()).toBe('<li>1<b><li>2')
  })

  test('continues an expression after its block', () => {
    const helpers = { wrap: (body: () => string, tag: string) => raw(`<${tag}>${body()}</${tag}>`) }
    expect(
      compile('<%= wrap(() => { %>x<% }, "i") %>;<%== [1].map(n => { %><%= n %>,<% }).join("") %>', { helpers })(),
    ).toBe('<i>x</i>;1,')
    expect(compile('<% if (1) { %><%= capture(() => { %>x<% }) %><% } %>.')()).toBe('x.')
  })

  test('nests blocks and calls in them', () => {
    const source =
      '<%= capture(() => { %>a<%= capture(() => { %>b<% [1, 2].forEach(n => { %><%= n %><% }) %><% }) %>c<% }) %>d'
    expect(compile(source)()).toBe('ab12cd')
  })
})

describe('built-in functions', () => {
  test('may share their names with something else in a part of the template', () => {
    const source =
      '<% for (const { content, raw } of $list) { %><%= content %><%= raw %><% } %><%= raw("<b>") %>[<%= content() %>]'
    expect(compile(source)({ list: [{ content: 1, raw: 2 }] })).toBe('12<b>[]')
    expect(compile('<% const include = (name: string) => name %><%= include("x") %>')()).toBe('x')
    expect(compile('<% const flush = () => "own" %><%= flush() %>')()).toBe('own')
    expect(compile("<%! import { basename as include } from 'node:path' %><%= include('/a/b') %>")()).toBe('b')
  })
})

test('compiles templates of any length', () => {
  const text = '<%= $x %>,'.repeat(20_000)
  expect(compile(text)({ x: 1 })).toBe('1,'.repeat(20_000))
})

describe('awaiting', () => {
  test('is synchronous where nothing is awaited and a promise where something is', async () => {
    expect(compile('<%= $x %>')({ x: 1 })).toBe('1')
    const page = compile('<%= await $x %>-<% const y = await $y %><%= y %>')({ x: Promise.resolve('<'), y: 2 })
    expect(page).toBeInstanceOf(Promise)
    expect(await page).toBe('&lt;-2')
  })

  test('awaits in blocks', async () => {
    const source = '<% const b = await capture(async () => { %>[<%= await $x %>]<% }) %><%= b %>'
    expect(await compile(source)({ x: Promise.resolve(1) })).toBe('[1]')
  })
})

test('maps errors of running templates to their lines and keeps the error', () => {
  class Special extends Error {}
  const fail = () => {
    throw new Special('no')
  }
  const render = compile('<p>\n\n  <b><%= fail() %>', { path: '/app/page.html.ets', helpers: { fail } })
  const { error, place } = failure(render)
  expect(error).toBeInstanceOf(Special)
  expect(place).toBe('3:10')
  expect(error.stack).toContain('/app/page.html.ets:3:10')
})

/** The error a template ends with, and the place in the template that is known of it. */
function failure(run: () => unknown): { error: Error; code: unknown; place: string } {
  try {
    run()
  } catch (error) {
    const { line, column } = templateDiagnostic(error) ?? {}
    return { error: error as Error, code: (error as { code?: unknown }).code, place: `${line}:${column}` }
  }
  throw new Error('nothing was thrown')
}

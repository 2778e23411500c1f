import { expect, test } from 'vitest'
import { attributes, compile, compileTemplate, jsonScript, raw } from '../index.ts'

function print(template: string, x: unknown, path = 'a.html.ets'): string {
  const name = path.replace(/^.*?\.(\w+)\.ets$/, '$1')
  return (compile(template, { format: name as 'html' }) as (locals: object) => string)({ x })
}

const UNSAFE = /cannot be printed/

test.each([
  ['<p><%= $x %></p>', '<b>"', '<p>&lt;b&gt;&#34;</p>'],
  ['<p><%= $x %></p>', raw('<b>"</b>'), '<p><b>"</b></p>'],
  ['<p><%= $x %></p>', jsonScript({ a: '<' }), '<p>{&#34;a&#34;:&#34;\\u003c&#34;}</p>'],
  ['<title><%= $x %></title>', raw('</title>&amp;'), '<title>&lt;/title>&amp;</title>'],
  ['<p title="<%= $x %>">', raw('"><b>&amp;'), '<p title="&#34;&#62;&#60;b&#62;&amp;">'],
  ['<p data-x="<%= $x %>">', jsonScript({ a: '"' }), '<p data-x="{&#34;a&#34;:&#34;\\&#34;&#34;}">'],
  ['<a href="<%= $x %>">', 'java\tscript:pwn()', '<a href="about:invalid#unsafe">'],
  ['<a href="<%= $x %>">', ' \u0001JavaScript:pwn()', '<a href="about:invalid#unsafe">'],
  ['<a href="<%= $x %>">', '/a?b=1&c=javascript:', '<a href="/a?b=1&amp;c=javascript:">'],
  ['<a href="/x?<%= $x %>">', 'javascript:x', '<a href="/x?javascript:x">'],
  ['<img src="<%= $x %>">', 'data:image/png;base64,AA', '<img src="data:image/png;base64,AA">'],
  ['<a href=<%= $x %> class=b>', 'a b>"', '<a href=a&#32;b&#62;&#34; class=b>'],
  ['<a href=<%= $x %> class=b>', '', '<a href="" class=b>'],
  ['<iframe srcdoc="<%= $x %>">', '<b>', '<iframe srcdoc="&amp;lt;b&amp;gt;">'],
  ['<iframe srcdoc="<%= $x %>">', raw('<b>"'), '<iframe srcdoc="&lt;b&gt;&#34;">'],
  ['<p style="color: <%= $x %>">', 'rgb(1, 2, 3)', '<p style="color: rgb(1, 2, 3)">'],
  ['<style>a { color: <%= $x %> }</style>', '#fff', '<style>a { color: #fff }</style>'],
  ['<script>let a = <%= $x %></script>', jsonScript('</script>'), '<script>let a = "\\u003c/script\\u003e"</script>'],
  ['<script>let a = <%= $x %></script>', 3, '<script>let a = 3</script>'],
  ['<a onclick="f(<%= $x %>)">', jsonScript('"'), '<a onclick="f(&#34;\\&#34;&#34;)">'],
  [
    '<script type="application/ld+json">{"a": <%= $x %>}</script>',
    '<"',
    '<script type="application/ld+json">{"a": "\\u003c\\""}</script>',
  ],
  [
    '<script type="application/ld+json">{"a": "<%= $x %>!"}</script>',
    '<"',
    '<script type="application/ld+json">{"a": "\\u003c\\"!"}</script>',
  ],
  ['<input <%= $x %>>', 'checked', '<input checked>'],
  ['<input <%= $x %>>', false, '<input >'],
  ['<input <%= $x %>>', attributes({ value: '"' }), '<input value="&#34;">'],
  ['<p data-<%= $x %>="1">', 'a-b', '<p data-a-b="1">'],
  ['<!-- <%= $x %> -->', raw('-->'), '<!-- --&gt; -->'],
  ['<a href="x" title="<%= $x %>">', ['a', '"'], '<a href="x" title="a&#34;">'],
])('%s with %j', (template, value, printed) => {
  expect(print(template, value)).toBe(printed)
})

test.each([
  ['<script>let a = "<%= $x %>"</script>', 'pwn'],
  ['<script><!-- <script> </script> <%= $x %> --></script>', 'pwn'],
  ['<!--><script><%= $x %></script>', 'pwn'],
  ['<!-- a --!><script><%= $x %></script>', 'pwn'],
  ['<title><!--</title><script><%= $x %></script>', 'pwn'],
  ['<textarea><!--</textarea><script><%= $x %></script>', 'pwn'],
  ['<a onclick="f(<%= $x %>)">', 'pwn'],
  ['<style>a { color: <%= $x %> }</style>', 'red; } b { x: url(x)'],
  ['<p style="color: <%= $x %>">', 'red; background: url(//x)'],
  ['<input <%= $x %>>', 'onclick=pwn()'],
  ['<input <%= $x %>>', 'onclick'],
  ['<input <%= $x %>>', jsonScript('a')],
  ['<p data-<%= $x %>="1">', 'a onclick=x'],
  ['<<%= $x %>>', 'img src=x'],
])('%s refuses %j', (template, value) => {
  expect(() => print(template, value)).toThrow(UNSAFE)
})

test('what an author writes out is printed as it is', () => {
  expect(print('<script><%== $x %></script>', 'go()')).toBe('<script>go()</script>')
  expect(print('<style><%= $x %></style>', raw('a > b {}'))).toBe('<style>a > b {}</style>')
})

test.each([
  ['<%= $x %>,<%= $x %>', 'a', 'a,a'],
  ['<%= $x %>', 'a,"b"', '"a,""b"""'],
  ['<%= $x %>', '=1+1', "'=1+1"],
  ['<%= $x %>', '@a', "'@a"],
  ['<%= $x %>', -5, '-5'],
  ['"<%= $x %>"', 'a"b', '"a""b"'],
  ['"<%= $x %>"', '+a', `"'+a"`],
  ['<%= $x %>', 'two\nlines', '"two\nlines"'],
])('CSV: %s with %j', (template, value, printed) => {
  expect(print(template, value, 'a.csv.ets')).toBe(printed)
})

test.each([
  ['<a b="<%= $x %>"><%= $x %></a>', '<"&', '<a b="&lt;&#34;&amp;">&lt;&#34;&amp;</a>'],
  ['<a><![CDATA[<%= $x %>]]></a>', 'a]]>b<', '<a><![CDATA[a]]]]><![CDATA[>b<]]></a>'],
  ['<a><![CDATA[x]]><%= $x %></a>', '<', '<a><![CDATA[x]]>&lt;</a>'],
])('XML: %s with %j', (template, value, printed) => {
  expect(print(template, value, 'a.xml.ets')).toBe(printed)
})

test.each(['\u0000', 'a\u0008', '\ud800', '\uffff'])('XML holds no %j', value => {
  for (const template of ['<a><%= $x %></a>', '<a><![CDATA[<%= $x %>]]></a>']) {
    expect(() => print(template, value, 'a.xml.ets')).toThrow(UNSAFE)
  }
})

test('JSON: values of any kind, also inside a string', () => {
  const template = '{"items": <%= $x %>, "text": "it is <%= $x[0] %>"}'
  expect(JSON.parse(print(template, ['a"\n', 2], 'a.json.ets'))).toEqual({ items: ['a"\n', 2], text: 'it is a"\n' })
})

test('white space before a tag can be taken along', () => {
  expect(print('<ul>\n  <%_ for (const x of $x) { -%>\n  <li><%= x %></li>\n  <%_ } -%>\n</ul>', [1, 2])).toBe(
    '<ul>\n  <li>1</li>\n  <li>2</li>\n</ul>',
  )
  expect(print('a \t<%_= $x %>|<% const _y = 1 %><%=_y%>', 'b')).toBe('a \tb|1')
})

test('one warning can be silenced, with a reason', () => {
  const warnings = (source: string) => compileTemplate(source, { path: 'a.html.ets' }).warnings.length
  expect(warnings('<script><%# allow script: made by our build %><%= $x %></script>')).toBe(0)
  expect(warnings('<script><%# allow script: made by our build %><%= $x %><%= $y %></script>')).toBe(1)
  expect(warnings('<script><%# allow script %><%= $x %></script>')).toBe(1)
  expect(warnings('<script><%# allow name: wrong rule %><%= $x %></script>')).toBe(1)
})

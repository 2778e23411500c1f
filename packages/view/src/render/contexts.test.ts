import { expect, test } from 'vitest'
import { attributes, compile, compileTemplate, jsonScript, raw } from '../index.ts'

function print(template: string, x: unknown, path = 'a.html.ets'): string {
  const name = path.replace(/^.*?\.(\w+)\.ets$/, '$1')
  return (compile(template, { format: name as 'html' }) as (locals: object) => string)({ x, y: '' })
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
  ['<a href=<%= $x %> class=b>', 'a b>"', '<a href=a&#32;b&gt;&#34; class=b>'],
  ['<a href=<%= $x %> class=b>', '', '<a href="" class=b>'],
  ['<a href="<%= $x %>">', ['java', 'script:pwn()'], '<a href="about:invalid#unsafe">'],
  ['<a href="<%= $x %>://a.example">', 'javascript', '<a href="about:invalid#unsafe://a.example">'],
  ['<a href="<%= $x %>://a.example">', 'https', '<a href="https://a.example">'],
  ['<a href="<%= $x %>" title="a:b">', 'javascript', '<a href="javascript" title="a:b">'],
  ['<a href="<%= $y %><%= $x %>">', 'script:pwn()', '<a href="script%3Apwn()">'],
  ['<a href="java<%= $x %>">', ' scr\tipt\n:pwn()', '<a href="java scr\tipt\n%3Apwn()">'],
  ['<a href="<%= $y %><%= $x %>">', 'https://a.example', '<a href="https://a.example">'],
  ['<a href="/<%= $y %><%= $x %>">', 'a:b', '<a href="/a:b">'],
  ['<a href="javascript:go(<%= $x %>)">', 5, '<a href="javascript:go(5)">'],
  [
    '<meta http-equiv="refresh" content="0; URL=<%= $x %>">',
    'javascript:pwn()',
    '<meta http-equiv="refresh" content="0; URL=about:invalid#unsafe">',
  ],
  ['<meta name="a" content="<%= $x %>">', 'javascript:x', '<meta name="a" content="javascript:x">'],
  ['<set to="<%= $x %>">', 'javascript:pwn()', '<set to="about:invalid#unsafe">'],
  ['<animate values="/a;<%= $x %>">', 'javascript:pwn()', '<animate values="/a;about:invalid#unsafe">'],
  ['<animate values="<%= $x %>">', '/a; javascript:pwn()', '<animate values="about:invalid#unsafe">'],
  ['<a href=<%= $x %>>', 'javascript:pwn()', '<a href=about:invalid#unsafe>'],
  ['<a href=/a/<%= $x %>>', '', '<a href=/a/>'],
  ['<p onclick=f(<%= $x %>)>', jsonScript('"'), '<p onclick=f(&#34;&#92;&#34;&#34;)>'],
  ['<p style=color:<%= $x %>>', 'red', '<p style=color:red>'],
  ['<iframe srcdoc=<%= $x %>>', '<b>', '<iframe srcdoc=&amp;lt;b&amp;gt;>'],
  [
    '<script type=module type="application/json">let a = <%= $x %></script>',
    jsonScript("'"),
    '<script type=module type="application/json">let a = "\'"</script>',
  ],
  ['<h<%= $x %>>', 2, '<h2>'],
  ['<<%= $x %>>', 'my-part', '<my-part>'],
  ['<iframe srcdoc="<%= $x %>">', '<b>', '<iframe srcdoc="&amp;lt;b&amp;gt;">'],
  ['<iframe srcdoc="<%= $x %>">', raw('<b>"'), '<iframe srcdoc="&lt;b&gt;&#34;">'],
  ['<p style="color: <%= $x %>">', 'rgb(1, 2, 3)', '<p style="color: rgb(1, 2, 3)">'],
  ['<style>a { color: <%= $x %> }</style>', '#fff', '<style>a { color: #fff }</style>'],
  ['<script>let a = <%= $x %></script>', jsonScript('</script>'), '<script>let a = "\\u003c/script\\u003e"</script>'],
  ['<script>let a = <%= $x %></script>', 3, '<script>let a = 3</script>'],
  ['<a onclick="f(<%= $x %>)">', jsonScript('"'), '<a onclick="f(&#34;\\&#34;&#34;)">'],
  [`<a onclick="f('<%= $x %>')">`, 5, `<a onclick="f('5')">`],
  ['<script>f("<%= $x %>")</script>', 5, '<script>f("5")</script>'],
  ['<animate values="/a;<%= $x %>">', jsonScript(';javascript:x'), '<animate values="/a;about:invalid#unsafe">'],
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
  ['<<%= $x %>>', 'Script'],
  ['<<%= $x %>>', 'iframe'],
  ['<p onclick=f(<%= $x %>)>', 'pwn()'],
  [`<p onclick="f('<%= $x %>')">`, jsonScript("');pwn()//")],
  ['<p onclick="f(&quot;<%= $x %>&quot;)">', jsonScript(';pwn()//')],
  ['<script>f("a <%= $x %>")</script>', jsonScript(';pwn()//')],
  ['<script>f(`a <%= $x %>`)</script>', jsonScript('`;pwn()//')],
  ['<p style=color:<%= $x %>>', 'red;background:url(//x)'],
  ['<a href="javascript:go(\'<%= $x %>\')">', 'pwn'],
  ['<a href="javascript:go(<%= $x %>)">', jsonScript('%22-pwn()-%22')],
  ['<a href=" java\tscript:<%= $x %>">', 'pwn()'],
  ['<a href=javascript:<%= $x %>>', 'pwn()'],
  ['<script type=module type="application/json">let a = <%= $x %></script>', 'pwn'],
])('%s refuses %j', (template, value) => {
  expect(() => print(template, value)).toThrow(UNSAFE)
})

test('values marked as raw are printed unchanged', () => {
  expect(print('<script><%== $x %></script>', 'go()')).toBe('<script>go()</script>')
  expect(print('<style><%= $x %></style>', raw('a > b {}'))).toBe('<style>a > b {}</style>')
})

test.each([
  ['<%= $x %>,<%= $x %>', 'a', 'a,a'],
  ['<%= $x %>', 'a,"b"', '"a,""b"""'],
  ['<%= $x %>', '=1+1', "'=1+1"],
  ['<%= $x %>', '@a', "'@a"],
  ['<%= $x %>', -5, '-5'],
  ['<%= $x %>', '-12.50', '-12.50'],
  ['<%= $x %>', '-1e3', '-1e3'],
  ['<%= $x %>', '-1+cmd', "'-1+cmd"],
  ['<%= $x %>', '+49 123', "'+49 123"],
  ['<%= $x %>', '\t=1', `"'\t=1"`],
  ['<%= $x %>', '\r=1', `"'\r=1"`],
  ['<%= $x %>', '\n=1', `"'\n=1"`],
  ['<%= $x %>', '\uff1d1', "'\uff1d1"],
  ['<%= $x %>', { toString: () => '=1' }, "'=1"],
  ['<%= $x %>', ['', '=1'], "'=1"],
  ['<%= $x %>', ['a', ',b'], '"a,b"'],
  ['<%= $y %><%= $x %>', '=1', "'=1"],
  ['"<%= $y %><%= $x %>"', '=1', `"'=1"`],
  ['"No. <%= $x %>"', '-a', '"No. -a"'],
  ['No. <%= $x %>,', '=1', 'No. =1,'],
  ['a;<%= $x %>\n', 'b;c', 'a;"b;c"\n'],
  ['"<%= $x %>"', 'a"b', '"a""b"'],
  ['"<%= $x %>"', '+a', `"'+a"`],
  ['<%= $x %>', 'two\nlines', '"two\nlines"'],
])('CSV: %s with %j', (template, value, printed) => {
  expect(print(template, value, 'a.csv.ets')).toBe(printed)
})

test('CSV: a value that would end the field that it is a part of is refused', () => {
  for (const template of ['<%= $x %> <%= $x %>', 'No. <%= $x %>']) {
    for (const value of ['a,b', 'a"b', 'a\nb']) expect(() => print(template, value, 'a.csv.ets')).toThrow(UNSAFE)
  }
})

test.each([
  ['<a b="<%= $x %>"><%= $x %></a>', '<"&', '<a b="&lt;&#34;&amp;">&lt;&#34;&amp;</a>'],
  ['<a><![CDATA[<%= $x %>]]></a>', 'a]]>b<', '<a><![CDATA[a]]]]><![CDATA[>b<]]></a>'],
  ['<a><![CDATA[x]]><%= $x %></a>', '<', '<a><![CDATA[x]]>&lt;</a>'],
  ['<a><![CDATA[<%= $x %>>]]></a>', 'b]]', '<a><![CDATA[b]]]]><![CDATA[>]]></a>'],
  ['<a><![CDATA[]]<%= $x %>]]></a>', '>b', '<a><![CDATA[]]]]><![CDATA[>b]]></a>'],
  ['<a><![CDATA[<%= $x %>]]></a>', [']]', '>b'], '<a><![CDATA[]]]]><![CDATA[>b]]></a>'],
  ['<!-- <%= $x %> --><a/>', '--><b>', '<!-- &#45;&#45;&gt;&lt;b&gt; --><a/>'],
  ['<!-- a > <b --><a><%= $x %></a>', '<', '<!-- a > <b --><a>&lt;</a>'],
  ['<?x a="<%= $x %>"?><a/>', '?>', '<?x a="?&gt;"?><a/>'],
  ['<<%= $x %>/>', 'item', '<item/>'],
  ['<a <%= $x %>/>', attributes({ b: '"' }), '<a b="&#34;"/>'],
  ['<on onload="<%= $x %>" href="<%= $x %>"/>', 'javascript:x', '<on onload="javascript:x" href="javascript:x"/>'],
])('XML: %s with %j', (template, value, printed) => {
  expect(print(template, value, 'a.xml.ets')).toBe(printed)
})

test.each([
  ['<<%= $x %>/>', 'a b="c"'],
  ['<a <%= $x %>/>', 'b="c"'],
])('XML: %s refuses %j', (template, value) => {
  expect(() => print(template, value, 'a.xml.ets')).toThrow(UNSAFE)
})

test.each([
  ['<svg><a href="<%= $x %>"/></svg>', 'javascript:pwn()', '<svg><a href="about:invalid#unsafe"/></svg>'],
  [
    "<svg><a xlink:href = '<%= $x %>'/></svg>",
    'javascript:pwn()',
    "<svg><a xlink:href = 'about:invalid#unsafe'/></svg>",
  ],
  ['<svg><title><%= $x %></title></svg>', '<b>', '<svg><title>&lt;b&gt;</title></svg>'],
  [
    '<svg><script><![CDATA[f(<%= $x %>)]]></script></svg>',
    jsonScript(']]>'),
    '<svg><script><![CDATA[f("]]\\u003e")]]></script></svg>',
  ],
  ['<svg><script href="a.js"/><text><%= $x %></text></svg>', 'a', '<svg><script href="a.js"/><text>a</text></svg>'],
  ['<svg><text><![CDATA[<%= $x %>]]></text></svg>', ']]>', '<svg><text><![CDATA[]]]]><![CDATA[>]]></text></svg>'],
])('SVG: %s with %j', (template, value, printed) => {
  expect(print(template, value, 'a.svg.ets')).toBe(printed)
})

test.each([
  ['<svg><script>f(<%= $x %>)</script></svg>', 'pwn()'],
  ['<svg><script><![CDATA[f(<%= $x %>)]]></script></svg>', 'pwn()'],
  ['<svg onload="<%= $x %>"/>', 'pwn()'],
  ['<svg><style>a { fill: <%= $x %> }</style></svg>', 'red } b {'],
  ['<svg><a href="<%= $x %>"/></svg>', '\u0001'],
])('SVG: %s refuses %j', (template, value) => {
  expect(() => print(template, value, 'a.svg.ets')).toThrow(UNSAFE)
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

test('JSON: what it has no form for is refused, and dates have theirs in a string, too', () => {
  const loop: Record<string, unknown> = {}
  loop.self = loop
  for (const value of [1n, { a: [1n] }, loop, () => 1, Symbol('a')]) {
    expect(() => print('{"a": <%= $x %>}', value, 'a.json.ets')).toThrow('has no string form')
  }
  const date = new Date(0)
  const template = '{"at": <%= $x %>, "on": "<%= $x %>"}'
  expect(JSON.parse(print(template, date, 'a.json.ets'))).toEqual({ at: date.toJSON(), on: date.toJSON() })
  expect(print('[<%= $x %>]', Number.NaN, 'a.json.ets')).toBe('[null]')
  expect(print('{"<%= $x %>": 1}', 'a"b', 'a.json.ets')).toBe('{"a\\"b": 1}')
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

import { expect, test } from 'vitest'
import { compileTemplate } from '../compile/compile-template.ts'

function warningsOf(source: string, path = 'a.html.ets'): string[] {
  return compileTemplate(source, { path }).warnings.map(({ line, column, message }) => {
    const kind = /quotes|name|handler|javascript:|script|style|srcdoc/.exec(message)?.[0]
    return `${line}:${column} ${kind}`
  })
}

test.each([
  ['content', '<p><%= $x %></p>'],
  ['a value in double quotes', '<a href="/a/<%= $x %>?b" title="<%= $x %>">'],
  ['a value in single quotes', "<a href='<%= $x %>' title='\"<%= $x %>'>"],
  ['a value after spaces around the equals sign', '<a href = "<%= $x %>">'],
  ['a quote in the other kind of quotes', `<a title="it's" href="<%= $x %>">`],
  ['an element after a script', '<script>a < b</script><p><%= $x %></p>'],
  ['a script that is another name', '<scripts><%= $x %></scripts>'],
  ['a comparison in text', 'a < b <%= $x %> c > d'],
  ['a comment with a tag in it', '<!-- <a href= --><%= $x %>'],
  ['a comment with quotes in it', '<!-- " --><p><%= $x %>'],
  ['attributes that a helper prints', '<input <%= attrs() %> type="text">'],
  ['several attributes of helpers', '<input <%= a() %> <%= b() %>>'],
  ['raw values, which are someone’s decision', '<script><%== $x %></script><a href=<%== $x %>>'],
  ['jsonScript', '<script>const a = <%= jsonScript($x) %></script>'],
  ['jsonScript behind strings', `<script>f("it's", /"/, 'a', <%= jsonScript($x) %>)</script>`],
  ['a boolean attribute before', '<input disabled value="<%= $x %>">'],
  ['slashes and self-closing tags', '<br/><img src="a"/><%= $x %>'],
  ['a value in a title', '<title><%= $x %></title>'],
  ['a doctype', '<!doctype html><%= $x %>'],
  ['an address', '<a href="<%= $x %>://<%= $y %>/<%= $z %>">'],
])('does not warn of %s', (_what, source) => {
  expect(warningsOf(source)).toEqual([])
})

test.each([
  ['an attribute without quotes', '<a href=<%= $x %>>', '1:9 quotes'],
  ['part of an attribute without quotes', '\n<a href=/users/<%= $x %>>', '2:16 quotes'],
  ['a second value in it', '<a href=a<%== $x %><%= $y %>>', '1:20 quotes'],
  ['one after a space', '<a href= <%= $x %>>', '1:10 quotes'],
  ['a script', '<script>let a = "<%= $x %>"</script>', '1:18 script'],
  ['a script in capitals, with attributes', '<SCRIPT type="module">\n<%= $x %></SCRIPT>', '2:1 script'],
  ['a script after a comment that is whole at once', '<!--><script><%= $x %></script>', '1:14 script'],
  ['a script after a comment that ends with a mark', '<!-- --!><script><%= $x %></script>', '1:18 script'],
  [
    'a script after a title that holds the mark of a comment',
    '<title><!--</title><script><%= $x %></script>',
    '1:28 script',
  ],
  ['a script after a bogus comment', '<!x><?y><script><%= $x %></script>', '1:17 script'],
  ['JSON in quotes', '<script>let a = "<%= jsonScript($x) %>"</script>', '1:18 quotes'],
  ['a document of its own', '<iframe srcdoc="<%= $x %>"></iframe>', '1:17 srcdoc'],
  ['an event handler', `<a onclick="go('<%= $x %>')">`, '1:17 handler'],
  ['JSON in a string of an event handler', `<a onclick="go('<%= jsonScript($x) %>')">`, '1:17 quotes'],
  ['JSON in the middle of a string', '<script>let a = "b <%= jsonScript($x) %>"</script>', '1:20 quotes'],
  ['an event handler without quotes', '<a onclick=go(<%= $x %>)>', '1:15 quotes'],
  ['the address of a script', `<a href="javascript:go('<%= $x %>')">`, '1:25 javascript:'],
  ['the address of a script, even as JSON', '<a href="JavaScript:go(<%= jsonScript($x) %>)">', '1:24 javascript:'],
  ['the name of a tag', '<<%= $x %>>', '1:2 name'],
  ['part of the name of a tag', '<h<%= $x %> class="a">', '1:3 name'],
  ['part of the name of an attribute', '<p data-<%= $x %>="a">', '1:9 name'],
])('warns of a value in %s', (_what, source, warning) => {
  expect(warningsOf(source)).toEqual([warning])
})

test('does not warn in other formats', () => {
  expect(warningsOf('<a href=<%= $x %>>', 'a.txt.ets')).toEqual([])
})

test('warns of a CSV field that consists of several values', () => {
  expect(warningsOf('name,age\n"<%= $x %> <%= $y %>",<%= $z %>\n', 'a.csv.ets')).toEqual([])
  expect(warningsOf('<%= $x %> <%= $y %>,<%= $z %>\n', 'a.csv.ets')).toEqual(['1:1 quotes', '1:11 quotes'])
  expect(warningsOf('<%= $x %>,No. <%= $y %>\n', 'a.csv.ets')).toEqual(['1:15 quotes'])
})

test('warns in drawings as in pages', () => {
  expect(warningsOf('<svg><script>let a = <%= $x %></script></svg>', 'a.svg.ets')).toEqual(['1:22 script'])
  expect(warningsOf('<svg onload="f(<%= $x %>)"><title><%= $x %></title></svg>', 'a.svg.ets')).toEqual(['1:16 handler'])
  expect(warningsOf('<play><script><%= $x %></script></play>', 'a.xml.ets')).toEqual([])
})

test('shows where', () => {
  expect(compileTemplate('<a href=<%= $x %>>', { path: 'a.html.ets' }).warnings).toEqual([
    {
      stage: 'template',
      severity: 'warning',
      message: 'A value in an unquoted attribute: put quotes around it.',
      file: 'a.html.ets',
      line: 1,
      column: 9,
      snippet: '> 1 | <a href=<%= $x %>>\n    |         ^',
    },
  ])
})

import { expect, test } from 'vitest'
import { highlight } from './highlight.ts'

const colored = (file: string | undefined, ...lines: string[]) => highlight(lines, file).map(({ html }) => html)
/** The markup without its markup. */
const plain = (html: string) =>
  html
    .replace(/<[^>]*>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')

test('TypeScript: keywords, strings, comments and numbers', () => {
  expect(colored('app.ts', "const price = 'x<y' // why", 'return 0x1f + typeOf')).toEqual([
    '<b class="keyword">const</b> price = <b class="string">&#39;x&lt;y&#39;</b> <b class="comment">// why</b>',
    '<b class="keyword">return</b> <b class="number">0x1f</b> + typeOf',
  ])
})

test('a comment and a template string over several lines, each line marked up by itself', () => {
  expect(colored('a.mts', '/* one', 'two */ let a = `b', 'c`')).toEqual([
    '<b class="comment">/* one</b>',
    '<b class="comment">two */</b> <b class="keyword">let</b> a = <b class="string">`b</b>',
    '<b class="string">c`</b>',
  ])
})

test('an excerpt that begins in the middle of a comment', () => {
  expect(colored('a.ts', ' * if it is', ' */', 'if (a)')).toEqual([
    '<b class="comment"> * if it is</b>',
    '<b class="comment"> */</b>',
    '<b class="keyword">if</b> (a)',
  ])
})

test('a string that does not end colors its line alone', () => {
  expect(colored('a.ts', "it = 'open", 'new Map()')).toEqual([
    'it = <b class="string">&#39;open</b>',
    '<b class="keyword">new</b> Map()',
  ])
  expect(colored('a.ts', 'a = `open', 'new Map()')[1]).toBe('<b class="keyword">new</b> Map()')
})

test('templates: markup, tags and the code between them', () => {
  expect(colored('home.html.ets', '<p class="a">&amp;<%= $user.name ?? null %></p><%# note %>')).toEqual([
    '<b class="tag">&lt;p</b> class=<b class="string">&quot;a&quot;</b><b class="tag">&gt;</b><b class="name">&amp;amp;</b>' +
      '<b class="tag">&lt;%=</b> $user.name ?? <b class="keyword">null</b> <b class="tag">%&gt;</b>' +
      '<b class="tag">&lt;/p</b><b class="tag">&gt;</b><b class="comment">&lt;%# note %&gt;</b>',
  ])
})

test.each([
  ['a.sql', "select 'it''s' from t -- all", ['keyword', 'string', 'keyword', 'comment']],
  ['a.css', '@media { a { color: #fff } } /* x */', ['tag', 'number', 'comment']],
  ['.env.local', '# secret', ['comment']],
  ['.env', 'PORT=3000', ['tag', 'number']],
  ['a.json', '{ "a": 1, "b": true }', ['string', 'number', 'string', 'keyword']],
  ['pages/a.html', '<!-- x --><br>', ['comment', 'tag', 'tag']],
  ['notes.txt', 'const a = "b"', []],
  [undefined, 'const a = "b"', []],
])('%s: %s', (file, line, kinds) => {
  const [html = ''] = colored(file, line)
  expect([...html.matchAll(/<b class="(\w+)">/g)].map(([, kind]) => kind)).toEqual(kinds)
  expect(plain(html)).toBe(line)
})

test('nothing is lost or added, whatever the text is', () => {
  const pieces = [
    '`',
    "'",
    '"',
    '/*',
    '*/',
    '//',
    '<%',
    '%>',
    '<%#',
    '<!--',
    '\\',
    '\n',
    'const',
    '𝒳',
    '<b>',
    '&',
    '#',
    ' ',
    '$1',
  ]
  let seed = 7
  const random = (below: number) => {
    seed = (seed * 48_271) % 2_147_483_647
    return seed % below
  }
  for (let run = 0; run < 2_000; run++) {
    const text = Array.from({ length: random(12) }, () => pieces[random(pieces.length)]!).join('')
    const lines = text.split('\n')
    for (const file of ['a.ts', 'a.html.ets', 'a.sql', 'a.css', '.env', 'a.svg']) {
      const marked = colored(file, ...lines)
      expect(marked.map(plain)).toEqual(lines)
      for (const line of marked) expect(line.replace(/<b class="[a-z]+">|<\/b>/g, '')).not.toMatch(/[<>]/)
    }
  }
})

import { existsSync } from 'node:fs'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { attributes, compile, jsonScript, raw } from '../src/index.ts'

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/google-chrome'].find(path => existsSync(path))
const REASON = CHROMIUM ? '' : ' (skipped: no chromium; tooling/system-deps --install brings it)'

/** Every place where a template can print a value. */
const CONTEXTS: Readonly<Record<string, string>> = {
  content: '<p><%= $x %></p>',
  title: '<title><%= $x %></title>',
  textarea: '<textarea><%= $x %></textarea>',
  comment: '<!-- <%= $x %> --><p>',
  'the start of a comment': '<!--<%= $x %>--><p>',
  'an attribute in double quotes': '<p title="<%= $x %>">a</p>',
  'an attribute in single quotes': "<p title='<%= $x %>'>a</p>",
  'an attribute without quotes': '<p title=<%= $x %>>a</p>',
  'an attribute without quotes, before another': '<p title=<%= $x %> class=a>a</p>',
  'the start of an address': '<a href="<%= $x %>">a</a>',
  'an address without quotes': '<a href=<%= $x %>>a</a>',
  'a part of an address': '<a href="/a?b=<%= $x %>">a</a>',
  'the address of a form': '<form action="<%= $x %>"><button>a</button></form>',
  'a document of its own': '<iframe srcdoc="<%= $x %>"></iframe>',
  'the address of a frame': '<iframe src="<%= $x %>"></iframe>',
  attributes: '<p <%= $x %>>a</p>',
  'a name': '<p data-<%= $x %>="b">a</p>',
  'the name of a tag': '<<%= $x %>>a',
  script: '<script>let a = <%= $x %></script>',
  'a script in quotes': '<script>let a = "<%= $x %>"</script>',
  'a script in a comment': '<script><!-- <script> </script> let a = <%= $x %> --></script>',
  'a script after a short comment': '<!--><script>let a = <%= $x %></script>',
  'a script after a title with the mark of a comment': '<title><!--</title><script>let a = <%= $x %></script>',
  'a script of data': '<script type="application/ld+json">{"a": <%= $x %>}</script>',
  'a string in a script of data': '<script type="application/json">{"a": "<%= $x %>"}</script>',
  'an event handler': '<p onclick="f(<%= $x %>)">a</p>',
  'a style sheet': '<style>p { color: <%= $x %> }</style><p>a</p>',
  'a style': '<p style="color: <%= $x %>">a</p>',
  noscript: '<noscript><%= $x %></noscript>',
  xmp: '<xmp><%= $x %></xmp>',
  'a title in a drawing': '<svg><title><%= $x %></title></svg>',
  'a style sheet in a drawing': '<svg><style>p { color: <%= $x %> }</style></svg><p>a</p>',
  'an animated address': '<svg><a><animate attributeName="href" to="<%= $x %>"/><text y="20">a</text></a></svg>',
  'the address of a button': '<form><button formaction="<%= $x %>">a</button></form>',
  'an attribute around a line break': '<p\n title\n =\n "<%= $x %>"\n>a</p>',
  'after a comment that ends early': '<!--><%= $x %>-->',
  'after a comment that ends with a mark': '<!-- --!><%= $x %>',
  'a section of characters in HTML': '<p><![CDATA[ <%= $x %> ]]></p>',
  'a section of characters in a drawing': '<svg><text><![CDATA[ <%= $x %> ]]></text></svg>',
  'a script in a drawing': '<svg><script>let a = <%= $x %></script></svg>',
  'a link in a drawing': '<svg><a xlink:href="<%= $x %>"><text y="20">a</text></a></svg>',
  'animated addresses': '<svg><a><animate attributeName="href" values="/;<%= $x %>"/><text y="20">a</text></a></svg>',
  'a handler in a drawing': '<svg onload="f(<%= $x %>)"></svg>',
  'a text in a formula': '<math><mtext><%= $x %></mtext></math>',
  'a style sheet in a formula': '<math><mtext><style><%= $x %></style></mtext></math>',
  'an annotation in a formula': '<math><annotation-xml encoding="text/html"><%= $x %></annotation-xml></math>',
  'a template element': '<template><p title="<%= $x %>"><%= $x %></p></template>',
  plaintext: '<plaintext><%= $x %>',
  'a frame without a document': '<iframe><%= $x %></iframe>',
  'a table': '<table><%= $x %><tr><td><%= $x %></table>',
  'a list of choices': '<select><option value="<%= $x %>"><%= $x %></select>',
  'a table of comments': '<!--<%= $x %>--!><!--<%= $x %>-->',
  'an attribute in noscript': '<noscript><p title="<%= $x %>">a</p></noscript>',
  'the address of an object': '<object data="<%= $x %>"></object>',
  'the address of the page': '<base href="<%= $x %>"><a href="a">a</a>',
  'the address of another page': '<meta http-equiv="refresh" content="0; url=<%= $x %>">',
  'addresses of pictures': '<img srcset="<%= $x %> 1x" src="<%= $x %>">',
  'the scheme of an address': '<a href="<%= $x %>:alert(1)">a</a>',
  'an address of two values': '<a href="<%= $empty %><%= $x %>">a</a>',
  'an address that has begun': '<a href="java<%= $x %>">a</a>',
  'the address of a script': '<a href="javascript:parent.noted(<%= $x %>)">a</a>',
  'the address of a script, in quotes': `<a href="javascript:parent.noted('<%= $x %>')">a</a>`,
  'the address of a script, without quotes': '<a href=javascript:parent.noted(<%= $x %>)>a</a>',
  'an event handler in quotes': `<p onclick="parent.noted('<%= $x %>')">a</p>`,
  'an event handler without quotes': '<p onclick=parent.noted(<%= $x %>)>a</p>',
  'a style without quotes': '<p style=color:<%= $x %>>a</p>',
  'a document without quotes': '<iframe srcdoc=<%= $x %>></iframe>',
  'the value of an attribute with a printed name': '<p data-<%= $name %>="<%= $x %>" <%= $name %>="<%= $x %>">a</p>',
  'a module': '<script type="module">let a = <%= $x %></script>',
  'an import map': '<script type="importmap">{"imports": {"a": <%= $x %>}}</script>',
  'a script of two types': '<script type="module" type="application/json">let a = \'<%= $x %>\'</script>',
  'attributes of a helper': '<p <%= attributes({ title: $x, href: $x, "data-a": $x }) %>>a</p>',
  'a link of a helper': '<a <%= attributes({ href: $x, class: [$x] }) %>>a</a>',
  'a frame of a helper': '<iframe <%= attributes({ srcdoc: $x }) %>></iframe>',
  'after an unclosed attribute value': '<p title=a"b><%= $x %></p>',
}

const PWN = 'parent.pwn(1)'
const TEXTS = [
  `<script>${PWN}</script>`,
  `"><img src=x onerror=${PWN}>`,
  `'><svg onload=${PWN}>`,
  ` onclick=${PWN} onmouseover=${PWN} autofocus tabindex=1 onfocus=${PWN} `,
  `" onclick="${PWN}" x="`,
  `' onclick='${PWN}' x='`,
  `onclick=${PWN}`,
  `x onclick=${PWN}`,
  `img src=x onerror=${PWN}`,
  `></title></textarea></style></xmp></noscript><script>${PWN}</script>`,
  `</script><script>${PWN}</script>`,
  `</style><script>${PWN}</script>`,
  `--><script>${PWN}</script>`,
  `--!><script>${PWN}</script>`,
  `><script>${PWN}</script>`,
  `-><script>${PWN}</script>`,
  `javascript:${PWN}`,
  `java\tscript:${PWN}`,
  ` \u0001JAVASCRIPT:${PWN}`,
  `data:text/html,<script>${PWN}</script>`,
  PWN,
  `"+${PWN}+"`,
  `";${PWN};//`,
  `\u2028${PWN}\u2028`,
  `1);${PWN}//`,
  `&lt;script&gt;${PWN}&lt;/script&gt;`,
  `&#34;&#62;<script>${PWN}</script>`,
  `<!--<script>`,
  `\u0000<script>${PWN}</script>`,
  `]]><script>${PWN}</script>`,
  `javascript&colon;${PWN}`,
  `\njavascript:${PWN}`,
  `vbscript:${PWN}`,
  `</p><svg><script>${PWN}</script>`,
  `\`onclick=${PWN}\``,
  `expression(${PWN})`,
  `red; background: url("javascript:${PWN}")`,
  'javascript',
  `script:${PWN}`,
  `scr\nipt:${PWN}`,
  `%27);${PWN}//`,
  `%22-${PWN}-%22`,
  `');${PWN}//`,
  `/a;javascript:${PWN}`,
  `x 1x, javascript:${PWN} 2x`,
  `</annotation-xml></mtext></math><img src=x onerror=${PWN}>`,
  `</template><script>${PWN}</script>`,
  `</option></select></table><script>${PWN}</script>`,
  `;${PWN};//`,
  `\`;${PWN};//`,
  `\${${PWN}}`,
]
/** Each as a text, as what is safe in another place, and as a list, which a query or a body may be. */
const VALUES: readonly { text: string; as: string; value: unknown }[] = [
  ...TEXTS.map(text => ({ text, as: 'text', value: text })),
  ...TEXTS.map(text => ({ text, as: 'jsonScript', value: jsonScript(text) })),
  ...TEXTS.map(text => ({ text, as: 'a list', value: [text.slice(0, 4), [text.slice(4)]] })),
]

/** How many values are in one document. The one that a value has for itself is made only if something runs. */
const TOGETHER = 12
/** What swallows the rest of its document, or counts only once. */
const ALONE = /^(?:plaintext|the address of (?:the|another) page|a template element|an import map)$/

/** Runs in the browser. */
const FIND_RUNNING = `async (documents, size) => {
  window.noted = () => {}
  if (!(await runs(documents, size))) return []
  const found = []
  for (const [index, html] of documents.entries()) if (await runs([html], 1)) found.push(index)
  return found

  /** Whether one of the documents calls parent.pwn(). Some of them share a frame. */
  async function runs(all, size) {
    let called = false
    window.pwn = () => (called = true)
    const groups = []
    for (let at = 0; at < all.length; at += size) groups.push(all.slice(at, at + size).join('\\n'))
    const frames = groups.map(html => Object.assign(document.createElement('iframe'), { srcdoc: html }))
    const loaded = frames.map(frame => new Promise(resolve => frame.addEventListener('load', resolve, { once: true })))
    document.body.append(...frames)
    await Promise.all(loaded)
    for (const { contentDocument } of frames) if (contentDocument) touch(contentDocument)
    await new Promise(resolve => setTimeout(resolve)) // what was called has run
    for (const frame of frames) frame.remove()
    return called
  }

  function touch(inside) {
    // No address is followed: one that would run is seen below.
    for (const type of ['click', 'submit']) inside.addEventListener(type, event => event.preventDefault(), true)
    for (const element of inside.querySelectorAll('*')) {
      for (const type of ['click', 'mouseover', 'focus', 'submit']) {
        element.dispatchEvent(new MouseEvent(type, { bubbles: true, cancelable: true }))
      }
      for (const { name, value } of element.attributes) if (isScript(element, name, value)) window.pwn()
    }
  }

  function isScript(element, name, value) {
    const holdsAddress = /^(?:href|xlink:href|src|action|formaction|data|to|from|by|values)$/.test(name)
    if (!holdsAddress || element.localName === 'p') return false
    return value.split(name === 'values' ? ';' : '\\0').some(url => {
      const parsed = URL.parse(url)
      return /^(?:java|vb)script:$/.test(parsed?.protocol ?? '') && !parsed.pathname.startsWith('parent.noted(')
    })
  }
}`

describe.skipIf(!CHROMIUM)(`in Chromium${REASON}`, () => {
  let browser: Browser
  let page: Page
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM!, args: ['--no-sandbox'] })
    page = await browser.newPage()
    await page.route('**/*', route => route.abort())
  })
  afterAll(() => browser?.close())

  /** Loads each document into a frame, does to each element what a user might, and tells which documents ran what they should not. */
  async function running(documents: readonly string[], together = TOGETHER): Promise<number[]> {
    await page.setContent('<body></body>')
    return page.evaluate(`(${FIND_RUNNING})(${JSON.stringify(documents)}, ${together})`)
  }

  test('the test sees what runs', async () => {
    const harmless = '<p onclick="parent.noted(1)">a</p>'
    const documents = [`<p>${TEXTS[0]}</p>`, `<p title="${TEXTS[4]}">a</p>`, '<a href="java\tscript:1">a</a>', harmless]
    expect(await running(documents)).toEqual([0, 1, 2])
  })

  test.each(Object.entries(CONTEXTS))('nothing hostile runs in %s', async (name, template) => {
    const render = compile(template, { helpers: { attributes } }) as (locals: object) => string
    const documents = new Map<string, string>()
    let printed = 0
    for (const { text, as, value } of VALUES) {
      try {
        documents.set(render({ x: value, empty: '', name: 'title' }), `${as}: ${text}`)
        printed++
      } catch (error) {
        expect(String(error)).toMatch(/cannot be printed|has no string form/)
      }
    }
    const all = [...documents.keys()]
    const found = await running(all, ALONE.test(name) ? 1 : TOGETHER)
    expect(found.map(index => [documents.get(all[index]!), all[index]])).toEqual([])
    // What is refused altogether would be safe for no reason.
    if (!/script(?! of data)|module|name|handler|attributes|style/.test(name)) expect(printed).toBeGreaterThan(30)
  })

  test('markup that an author marks as safe is printed in content, and ends no attribute', async () => {
    const value = raw(`<b title="x">"'</b>`)
    const inContent = compile('<p><%= $x %></p>') as (locals: object) => string
    const inAttribute = compile('<p title="<%= $x %>">a</p>') as (locals: object) => string
    await page.setContent(inContent({ x: value }))
    expect(await page.locator('b').count()).toBe(1)
    await page.setContent(inAttribute({ x: value }))
    expect(await page.locator('p').getAttribute('title')).toBe(`<b title="x">"'</b>`)
  })
})

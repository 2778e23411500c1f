import { existsSync } from 'node:fs'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { compile, jsonScript, raw } from '../src/index.ts'

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
]
/** Each as a text, and as what is safe in another place. */
const VALUES = [
  ...TEXTS.map(text => ({ text, as: 'text', value: text as unknown })),
  ...TEXTS.map(text => ({ text, as: 'jsonScript', value: jsonScript(text) as unknown })),
]

describe.skipIf(!CHROMIUM)(`in Chromium${REASON}`, () => {
  let browser: Browser
  let page: Page
  let pwned: string[] = []
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM!, args: ['--no-sandbox'] })
    page = await browser.newPage()
    await page.exposeFunction('pwn', () => pwned.push('run'))
    await page.route('**/*', route => route.abort())
  })
  afterAll(() => browser?.close())

  /** Loads documents one after the other, and does to each element what a user might. */
  async function runs(html: string): Promise<boolean> {
    pwned = []
    await page.setContent(html)
    await page.evaluate(`(() => {
        // No address is followed: one that would run is seen below.
        for (const type of ['click', 'submit']) document.addEventListener(type, event => event.preventDefault(), true)
        for (const element of document.querySelectorAll('body *')) {
          for (const type of ['click', 'mouseover', 'focus', 'submit']) element.dispatchEvent(new MouseEvent(type, { bubbles: true, cancelable: true }))
          if (element.matches('a[href^="javascript:" i], [to^="javascript:" i], [formaction^="javascript:" i], object[data^="javascript:" i], iframe[src^="javascript:" i], form[action^="javascript:" i]')) pwn()
        }
      })()`)
    await page.evaluate('1') // what was called has arrived
    return pwned.length > 0
  }

  test('the test sees what runs', async () => {
    expect(await runs(`<p>${TEXTS[0]}</p>`)).toBe(true)
    expect(await runs(`<p title="${TEXTS[4]}">a</p>`)).toBe(true)
    expect(await runs(`<a href="javascript:1">a</a>`)).toBe(true)
    expect(await runs('<p>harmless</p>')).toBe(false)
  })

  test.each(Object.entries(CONTEXTS))('nothing hostile runs in %s', async (_name, template) => {
    const render = compile(template) as (locals: object) => string
    let printed = 0
    for (const { text, as, value } of VALUES) {
      let html: string
      try {
        html = render({ x: value })
      } catch (error) {
        expect(String(error)).toMatch(/cannot be printed/)
        continue
      }
      printed++
      // JSON in a script is data, wherever it stands: what it spells does not run.
      expect([as, text, await runs(html)]).toEqual([as, text, false])
    }
    // What is refused altogether would be safe for no reason.
    if (!/script(?! type)|name|handler|attributes|style/.test(_name)) expect(printed).toBeGreaterThan(20)
  })

  test('what an author marks is printed in content, and ends no attribute', async () => {
    const value = raw(`<b title="x">"'</b>`)
    const inContent = compile('<p><%= $x %></p>') as (locals: object) => string
    const inAttribute = compile('<p title="<%= $x %>">a</p>') as (locals: object) => string
    await page.setContent(inContent({ x: value }))
    expect(await page.locator('b').count()).toBe(1)
    await page.setContent(inAttribute({ x: value }))
    expect(await page.locator('p').getAttribute('title')).toBe(`<b title="x">"'</b>`)
  })
})

import { globSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, join } from 'node:path'
import { grammars } from 'tm-grammars'
import { describe, expect, test } from 'vitest'
import oniguruma from 'vscode-oniguruma'
import textmate from 'vscode-textmate'
import { scan } from '../src/parse/scanner.ts'

const extension = join(import.meta.dirname, '../editors/vscode')
const manifest = read(join(extension, 'package.json')) as Manifest
const require = createRequire(import.meta.url)

interface Manifest {
  contributes: {
    languages: { id: string; extensions: string[] }[]
    grammars: { language: string; scopeName: string; path: string }[]
  }
}

/** The grammars that an editor brings, as VS Code has them. */
const EDITOR: ReadonlyMap<string, string> = new Map(
  grammars.map(({ name, scopeName }) => [scopeName, require.resolve(`tm-grammars/grammars/${name}.json`)]),
)

await oniguruma.loadWASM(readFileSync(require.resolve('vscode-oniguruma/release/onig.wasm')).buffer as ArrayBuffer)

const registry = new textmate.Registry({
  onigLib: Promise.resolve({
    createOnigScanner: patterns => new oniguruma.OnigScanner(patterns),
    createOnigString: text => new oniguruma.OnigString(text),
  }),
  async loadGrammar(scope) {
    const own = manifest.contributes.grammars.find(({ scopeName }) => scopeName === scope)
    const path = own ? join(extension, own.path) : EDITOR.get(scope)
    return path === undefined ? null : textmate.parseRawGrammar(readFileSync(path, 'utf8'), path)
  },
})

function read(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'))
}

/** The scopes of each character of a template, by its file name. */
async function scopesOf(file: string, text: string): Promise<string[][]> {
  const languages = manifest.contributes.languages.flatMap(({ id, extensions }) => extensions.map(end => ({ id, end })))
  const { id } = languages.filter(({ end }) => file.endsWith(end)).sort((a, b) => b.end.length - a.end.length)[0]!
  const { scopeName } = manifest.contributes.grammars.find(({ language }) => language === id)!
  const grammar = (await registry.loadGrammar(scopeName))!
  let stack = textmate.INITIAL
  const scopes: string[][] = []
  for (const line of text.split('\n')) {
    const { tokens, ruleStack } = grammar.tokenizeLine(line, stack)
    for (const { startIndex, endIndex, scopes: found } of tokens) {
      for (let at = startIndex; at < Math.min(endIndex, line.length); at++) scopes.push(found)
    }
    scopes.push([]) // the line break
    stack = ruleStack
  }
  return scopes
}

/** The scopes of the first character of each mark's text. */
async function scopesAt(file: string, text: string, ...marks: string[]): Promise<string[]> {
  const scopes = await scopesOf(file, text)
  return marks.map(mark => scopes[text.indexOf(mark)]!.join(' '))
}

const shop = join(import.meta.dirname, '../../../apps/strickland/templates')

describe("the shop's templates", () => {
  const files = globSync('**/*.ets', { cwd: shop }).sort()

  test('exist', () => expect(files.length).toBeGreaterThan(20))

  test.each(files)('%s: code is TypeScript, the rest is not', async file => {
    const text = readFileSync(join(shop, file), 'utf8')
    const scopes = await scopesOf(basename(file), text)
    for (const piece of scan({ path: file, text })) {
      for (let at = piece.start; at < piece.end; at++) {
        if (text[at] === '\n') continue
        const found = scopes[at]!.join(' ')
        const where = `${file} at ${at} ${JSON.stringify(text.slice(at, at + 20))}`
        if (piece.kind === 'text')
          expect(found, where).not.toMatch(/source\.ts|embedded\.block\.ets|comment\.block\.ets/)
        else if (piece.kind === 'comment') expect(found, where).toContain('comment.block.ets')
        else if (at >= piece.codeStart && at < piece.codeEnd) expect(found, where).toContain('source.ts')
        else expect(found, where).toMatch(/punctuation\.section\.embedded|keyword\.operator\.(?:print|trim)/)
      }
    }
  })
})

describe('in HTML', () => {
  const page = `<%! import type { A } from './a.ts'
    props: { title: string; list?: A[] }
    slots: { row: [item: A] }
    layout: 'layouts/site' -%>
<%# allow script: ours %>
<h1 class="<%= $title %> big" <% if (x) { %>hidden<% } %>><%== raw('%>') %></h1>
<% for (const item of $list) { -%>
<script>const a = <%= jsonScript(item) %>; const after = 1;</script>
<style>p { color: <%= color %>; margin: 0 }</style>
<%_ } %>
<%% <b>done</b>`
  const at = (...marks: string[]) => scopesAt('page.html.ets', page, ...marks)

  test('the header has its own words, and types', async () => {
    expect(await at('import type', 'props', 'string;', 'slots', 'layout:', "'layouts/site'", 'A[]')).toEqual([
      expect.stringMatching(/header\.ets source\.ts .*keyword\.control\.import/),
      expect.stringContaining('keyword.other.ets'),
      expect.stringContaining('support.type.primitive.ts'),
      expect.stringContaining('keyword.other.ets'),
      expect.stringContaining('keyword.other.ets'),
      expect.stringContaining('string.quoted.single.ts'),
      expect.stringContaining('entity.name.type.ts'),
    ])
  })

  test('a tag may stand anywhere and does not change what follows', async () => {
    expect(
      await at('$title', 'big', 'hidden', "'%>')", '</h1', 'for (', 'const after', 'margin', '<b>', 'done'),
    ).toEqual([
      expect.stringMatching(/string\.quoted\.double\.html .*source\.ts variable\.parameter\.local\.ets/),
      expect.stringMatching(/string\.quoted\.double\.html$/),
      expect.stringContaining('entity.other.attribute-name.html'),
      expect.stringContaining('source.ts string.quoted.single.ts'),
      expect.stringMatching(/^text\.html\.ets meta\.(?!embedded)/),
      expect.stringContaining('source.ts keyword.control.loop.ts'),
      expect.stringMatching(/source\.js .*storage\.type\.js|source\.js.*storage\.type/),
      expect.stringContaining('source.css'),
      expect.stringMatching(/^text\.html\.ets meta\.tag/),
      expect.stringMatching(/^text\.html\.ets$/),
    ])
  })

  test('comments, the warning that one allows, and escaped tags are seen', async () => {
    expect(await at('<%#', 'allow', 'script: ours', '<%%')).toEqual([
      expect.stringContaining('comment.block.ets punctuation.definition.comment.ets'),
      expect.stringContaining('keyword.other.allow.ets'),
      expect.stringContaining('entity.name.tag.warning.ets'),
      expect.stringContaining('constant.character.escape.ets'),
    ])
  })

  test('brackets and strings that a tag leaves open end with it', async () => {
    const text = '<% if (a) { [ "b %>\n<p>text</p>\n<%= `${c %><i>'
    expect(await scopesAt('a.ets', text, '<p>', 'text', '<i>')).toEqual([
      expect.stringMatching(/^text\.html\.ets meta\.tag/),
      'text.html.ets',
      expect.stringMatching(/^text\.html\.ets meta\.tag/),
    ])
  })
})

test.each([
  ['feed.json.ets', '{"a": <%= $a %>, "b<%= $b %>": true}', 'true', /^source\.json\.ets .*constant\.language\.json/],
  ['feed.json.ets', '{"a": "x <%= $a %> y"}', ' y"', /string\.quoted\.double\.json$/],
  ['feed.xml.ets', '<a><% for (const b of $c) { %><b x="<%= b %>">y</b><% } %></a>', 'b x', /entity\.name\.tag.*xml/],
  ['map.svg.ets', '<g><%= $a %><path/></g>', 'path', /entity\.name\.tag.*xml/],
  ['letter.txt.ets', 'Hello <%= $name %>, "you', ', "you', /^text\.plain\.ets$/],
  ['list.csv.ets', 'a,<%= $b %>,c', ',c', /^text\.plain\.ets$/],
  ['notes.md.ets', '# Hi <%= $name %>\n\n**bold** <%= $b %>', '**bold', /markup\.bold/],
])('in %s: %s', async (file, text, mark, expected) => {
  const [after, code] = await scopesAt(file, text, mark, text.includes('$a') ? '$a' : '$')
  expect(after).toMatch(expected)
  expect(code).toMatch(/source\.ts variable\.(?:parameter\.local\.ets|other\.readwrite\.ts)$/)
})

test('every grammar and file of the extension exists', () => {
  for (const { path, scopeName } of manifest.contributes.grammars) {
    expect((read(join(extension, path)) as { scopeName: string }).scopeName).toBe(scopeName)
  }
})

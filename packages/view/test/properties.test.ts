import { seededBelow } from '@arlen/core/seeded'
import { describe, expect, test } from 'vitest'
import { originalPosition } from '../src/compile/source-map.ts'
import { compile, compileTemplate, jsonScript, TemplateError } from '../src/index.ts'

// What breaks out of content, attributes, comments, scripts, styles and templates, and what hides such things.
const HOSTILE = [
  ...'<>&"\'`=/\\%$#{}()[];:- \n\r\t\0',
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '</script',
  '</title>',
  '<!--',
  '-->',
  ']]>',
  '<![CDATA[',
  '&lt;',
  '&#60;',
  '&#x3c',
  '&amp;lt;',
  'javascript:',
  '<%= 1 %>',
  '%>',
  '\u2028',
  '\u2029',
  '\ufeff',
  '\ud800',
  '\udc00',
  '\u{1f600}',
  'plain',
]

function hostile(random: (limit: number) => number): string {
  return Array.from({ length: random(12) }, () => HOSTILE[random(HOSTILE.length)]).join('')
}

function decode(html: string): string {
  return html
    .replaceAll('&#34;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
}

describe('printing', () => {
  test('leaves nothing in a value that HTML could take for its own, and loses nothing of it', () => {
    const random = seededBelow(1)
    const render = compile('<p title="<%= $x %>"><%= $x %></p>') as (locals: object) => string
    for (let round = 0; round < 5_000; round++) {
      const x = hostile(random)
      const page = render({ x })
      const [, value, content] = /^<p title="([^"]*)">([^<]*)<\/p>$/s.exec(page) ?? []
      expect(value, page).toBe(content)
      expect(/["'<>]|&(?!(?:#34|#39|lt|gt|amp);)/.exec(content!)).toBe(null)
      expect(decode(content!)).toBe(x)
    }
  })

  test('escapes what helpers, blocks, arrays and partial values give, unless they are marked safe', () => {
    const random = seededBelow(2)
    const helpers = { same: (x: string) => x }
    const source =
      '<%= same($x) %>|<%= [$x, [$x]] %>|<%= capture(() => { %><%= $x %><% }) %>|<%= { toString: () => $x } %>'
    const render = compile(source, { helpers }) as (locals: object) => string
    for (let round = 0; round < 1_000; round++) {
      const x = hostile(random).replaceAll('|', '')
      expect(render({ x }).split('|').map(decode)).toEqual([x, x + x, x, x])
      expect(render({ x })).not.toMatch(/["'<>]/)
    }
  })

  test('puts any data into a script, which reads it back as it was', () => {
    const random = seededBelow(3)
    for (let round = 0; round < 5_000; round++) {
      const data = { [hostile(random)]: [hostile(random), random(9), null, { a: hostile(random) }] }
      const script = String(jsonScript(data))
      expect(/[<>&\u2028\u2029]/.exec(script)).toBe(null)
      expect(JSON.parse(script)).toEqual(data)
    }
  })

  test('prints text that is not a tag as it is', () => {
    const random = seededBelow(4)
    for (let round = 0; round < 60; round++) {
      const text = hostile(random).replaceAll('<%', '').replaceAll('%>', '')
      expect(compile(text)()).toBe(text)
    }
  })
})

const PIECES = [
  ...[
    '<%',
    '<%=',
    '<%==',
    '<%#',
    '<%!',
    '<%%',
    '%>',
    '-%>',
    '<',
    '%',
    ' ',
    '\n',
    '\r\n',
    '"',
    "'",
    '`',
    '${',
    '}',
    '{',
  ],
  ...['(', ')', '[', ']', '//', '/*', '*/', '/', '\\', '$a', '$', '$1', 'if (x) {', 'else', 'switch (x) {', 'case 1:'],
  ...[
    '() => {',
    'x => {',
    'capture(',
    'block(',
    'await',
    'flush()',
    'include(',
    'props:',
    'layout:',
    'import',
    'a',
    '1',
  ],
  ...['.', ',', ';', '=', '<p a=', '<script>', 'const b = ', 'function f(', '?.', '=>', '\u2028', 'é', '\u{1f600}'],
]

describe('compiling', () => {
  test('takes any text, or says where it went wrong', () => {
    const random = seededBelow(5)
    let compiled = 0
    for (let round = 0; round < 10_000; round++) {
      const text = Array.from({ length: 1 + random(14) }, () => PIECES[random(PIECES.length)]).join('')
      try {
        compileTemplate(text, { path: 'a.html.ets' })
        compiled += 1
      } catch (error) {
        if (!(error instanceof TemplateError)) throw new Error(`for ${JSON.stringify(text)}`, { cause: error })
        const line = text.split('\n')[error.line - 1]
        expect(line === undefined || error.column > line.length + 1, JSON.stringify(text)).toBe(false)
      }
    }
    expect(compiled).toBeGreaterThan(500)
  })

  test('keeps code on the line it has in the template', () => {
    const random = seededBelow(6)
    const parts = [
      'text\n',
      '\n',
      '<%= mark %>',
      '<%= [\nmark,\n1] %>',
      '<% if (1) { -%>\n',
      '<%# a\nb %>',
      '<% } %>\n',
      '<% /*\n*/ mark %>',
    ]
    for (let round = 0; round < 600; round++) {
      let number = 0
      let open = 0
      const chosen = Array.from({ length: random(20) }, () => parts[random(parts.length)]!).filter(part => {
        if (part.includes('{')) open += 1
        if (part.includes('}')) open -= 1
        if (open >= 0) return true
        open += 1
        return false
      })
      const text = (chosen.join('') + '<% } %>'.repeat(open)).replace(/mark/g, () => `mark${number++}_`)
      const { code, map } = compileTemplate(text, { path: 'a.html.ets' })
      const lines = text.split('\n')
      for (const [index, generated] of code.split('\n').entries()) {
        for (const match of generated.matchAll(/mark\d+_/g)) {
          expect(lines[index]).toContain(match[0])
          const place = originalPosition(map, { line: index + 1, column: match.index + 1 })
          expect(place).toEqual({ line: index + 1, column: lines[index]!.indexOf(match[0]) + 1 })
        }
      }
      expect(code.match(/mark\d+_/g)?.length ?? 0).toBe(number)
    }
  })
})

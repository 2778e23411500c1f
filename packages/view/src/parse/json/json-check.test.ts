import { seededBelow } from '@arlen/core/seeded'
import { describe, expect, test } from 'vitest'
import { compile } from '../../compile.ts'
import { isComplete, JSON_START, type JsonState, step } from './machine.ts'

function accepts(text: string): boolean {
  let state: JsonState | undefined = JSON_START
  for (const character of text) if (state) state = step(state, character)
  return state !== undefined && isComplete(state)
}

function parses(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

test('the reader takes what JSON.parse does, and nothing else', () => {
  const texts = [
    '{"a": [1, -2.5e+10, "x\\u00e9\\n", true, false, null], "": {}}',
    '[[], {}, [{}], "", 0, -0, 0.1, 1E5, 100]',
    ' "a\\"b\\\\" ',
    '-12.50e-3',
  ]
  const alphabet = [...'{}[],:" \\tu0a1-+.eEnrlsf\n\u0001']
  let accepted = 0
  const next = seededBelow(1)
  for (const text of texts) {
    for (let round = 0; round < 3000; round++) {
      const at = next(text.length + 1)
      const changed = text.slice(0, at) + (next(2) ? alphabet[next(alphabet.length)] : '') + text.slice(at + next(2))
      const valid = parses(changed)
      if (valid) accepted += 1
      if (accepts(changed) !== valid) expect(`${changed} is ${valid}`).toBe('')
    }
  }
  expect(accepted).toBeGreaterThan(500)
})

const json = (text: string) => compile(text, { path: 'feed.json.ets' })

function mistake(text: string): string {
  try {
    json(text)
    return 'none'
  } catch (error) {
    const { code, line, column, reason } = error as { code: string; line: number; column: number; reason: string }
    expect(code).toBe('json_invalid')
    return `${line}:${column} ${reason.replace('The template "feed.json.ets" does not print valid JSON: ', '')}`
  }
}

describe('a JSON template is refused when it is compiled', () => {
  test.each([
    ['{"a": 1,}', '1:9 a name in quotes is expected here.'],
    ['[1 2]', '1:4 "," or "]" is expected here.'],
    ['{"a" 1}', '1:6 ":" is expected here.'],
    ["{'a': 1}", '1:2 a name in quotes or "}" is expected here.'],
    ['{"a": <%= $a %>', '1:16 "," or "}" is expected here.'],
    ['{"a": }', '1:7 a value is expected here.'],
    ['{"a": undefined}', '1:7 a value is expected here.'],
    ['{"a": tru}', '1:10 "e" is expected here.'],
    ['{"a": 01}', '1:8 "," or "}" is expected here.'],
    ['{"a": 1.}', '1:9 a digit is expected here.'],
    ['{"a": "\\x"}', '1:9 an escape such as \\n or \\u0020 is expected here.'],
    ['<%= $a %><%= $b %>', '1:10 the end of the template is expected here.'],
    ['[<%= $a %> <%= $b %>]', '1:12 "," or "]" is expected here.'],
    ['{"a": <%= $a %>0}', '1:16 "," or "}" is expected here.'],
    ['{"a": 1<%= $a %>}', '1:8 "," or "}" is expected here.'],
    ['// the feed\n{}', '1:1 a value is expected here.'],
    ['', '1:1 a value is expected here.'],
    ['{"a": "<%= $a %>}', '1:18 the end of the string is expected here.'],
  ])('for its text: %s', (text, expected) => expect(mistake(text)).toBe(expected))

  test.each([
    ['[<% for (const x of $xs) { %><%= x %>,<% } %>]', '1:46 a value is expected here'],
    ['[<% for (const x of $xs) { %>\n<%= x %>\n<% } %>]', '2:1 "," or "]" is expected here when a loop repeats'],
    [
      '[0, <% for (const x of $xs) { %><%= x %><% if (x !== $last) { %>,<% } %><% } %>]',
      'a value is expected here when a loop before it has no items; print the list as one value',
    ],
    ['[<% $xs.forEach(x => { %><%= x %>,<% }) %>]', '1:43 a value is expected here'],
    ['{"a": <% if ($a) { %><%= $a %><% } %>}', '1:38 a value is expected here.'],
    ['{<% if ($a) { %>"a": 1,<% } %>}', '1:31 a name in quotes is expected here.'],
    [
      '{"a": <% if ($a) { %>1<% } else if ($b) { %>2,<% } else { %>3<% } %>}',
      '1:69 a name in quotes is expected here.',
    ],
    ['{"a": <% if ($a) { %>"x<% } else { %>"y"<% } %>}', '1:49 the end of the string is expected here.'],
  ])('for what a statement makes of it: %s', (text, expected) => expect(mistake(text)).toContain(expected))
})

describe('a JSON template is taken', () => {
  const items = [{ name: 'a"b' }, { name: 'c' }]
  test.each([
    ['{"items": <%= $items %>, "text": "<%= $items.length %> items", "n": -1.5e3}', {}],
    [
      '[<% for (const [index, item] of $items.entries()) { %><% if (index > 0) { %>,<% } %>{"name": <%= item.name %>}<% } %>]',
      {},
    ],
    ['[<% for (const item of $items) { %><%= item %>,<% } %> null]', {}],
    ['{"a": <% if ($items) { %>1<% } else { %>2<% } %><% if ($items) { -%> , "b": {}<% } %>}', {}],
    ['{"a": <% if ($items) { %>1<% } %>\n<% else if ($x) { %>2<% } %>\n<% else { %>3<% } %>}', { x: 1 }],
    ['{<% if ($x) { %>"a": 1<% } %><% if ($x && $items) { %>,<% } %><% if ($items) { %>"b": 2<% } %>}', { x: 1 }],
    ['{ <%= $key %>: 1, "<%= $key %>2": [<%= $key %>] }', { key: 'k"' }],
    [
      '<%# a comment %>\n<% const row = block((x: number) => { %>{"x": <%= x %>}<% }) %>[<%= row(1) %>, <%= row(2) %>]',
      {},
    ],
    ['<% switch ($x) { case 1: %>1<% break; default: %>2<% } %>', { x: 1 }],
    ['[<% for (const x of [1, 2, 3]) { if (x === 2) continue %><%= x %><% if (x < 3) { %>,<% } %><% } %>]', {}],
    ['[<% const last = $items.at(-1); for (const x of $items) { %><%= x %><% if (x !== last) { %>,<% } %><% } %>]', {}],
    ['<%== JSON.stringify($items) %>', {}],
  ])('%s', (text, locals) => {
    expect(JSON.parse(String(json(text)({ items, ...locals })))).toBeDefined()
  })

  test('and still checked when it has printed', () => {
    const render = json('[<% for (const x of $xs) { %><%= x %><% if (x !== 1) { %>,<% } %><% } %>]')
    expect(render({ xs: [2, 1] })).toBe('[2,1]')
    expect(() => render({ xs: [1, 2] })).toThrow(expect.objectContaining({ code: 'json_invalid' }))
  })
})

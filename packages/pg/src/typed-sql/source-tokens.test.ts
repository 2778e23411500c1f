// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the sources under test have templates
import { expect, test } from 'vitest'
import { type Token, tokenize } from './source-tokens.ts'

const brief = (tokens: readonly Token[]): unknown[] =>
  tokens.map(({ kind, text, parts, holes }) =>
    kind === 'string' ? parts : kind === 'template' ? [parts, holes.map(brief)] : `${kind} ${text}`,
  )

test.each<[source: string, tokens: unknown[]]>([
  ['', []],
  ['#!/usr/bin/env node\na // b\n/* c */ .d', ['name a', 'sign .', 'name d']],
  ['a?.b ?? 1', ['name a', 'sign ?.', 'name b', 'sign ??', 'other 1']],
  ['x = /a`/g', ['name x', 'sign =', 'other /a`/g']],
  [`'a' "b"`, [['a'], ['b']]],
  ['`a`', [[['a'], []]]],
  [
    '`a${b}c${d.e}f`',
    [
      [
        ['a', 'c', 'f'],
        [['name b'], ['name d', 'sign .', 'name e']],
      ],
    ],
  ],
  ['`${`${a}`}`', [[['', ''], [[[['', ''], [['name a']]]]]]]],
  ['`a${ {b: `c`} }`;d', [[['a', ''], [['sign {', 'name b', 'sign :', [['c'], []], 'sign }']]], 'sign ;', 'name d']],
  ['`a${b', [[['a'], [['name b']]]]],
  [String.raw`'\n\t\r\b\f\v\0\\\'\q'`, [["\n\t\r\b\f\v\0\\'q"]]],
  [String.raw`'\u0041\x42\u{1F600}'`, [['AB😀']]],
  ["'a\\\nb'", [['ab']]],
  ['`a\\n${b}\\x41`', [[['a\n', 'A'], [['name b']]]]],
])('%j', (source, tokens) => {
  expect(brief(tokenize(source, false))).toEqual(tokens)
})

test('tokens know where they begin, and whether a line does', () => {
  const tokens = tokenize('a /* \n */ b\n// c\n`${d\ne}` f', false)
  expect(tokens.map(({ text, at, newLine }) => [text, at, newLine])).toEqual([
    ['a', 0, false],
    ['b', 10, true],
    ['`${}`', 17, true],
    ['f', 26, false],
  ])
  expect(tokens[2]!.holes[0]!.map(({ text, at, newLine }) => [text, at, newLine])).toEqual([
    ['d', 20, false],
    ['e', 22, true],
  ])
})

test('text between tags is no code, with JSX', () => {
  const source = "<p>it's {a}</p>"
  expect(brief(tokenize(source, true))).toContain('name a')
  expect(brief(tokenize(source, true))).not.toContain('name it')
  expect(brief(tokenize(source, false))).not.toContain('name a')
})

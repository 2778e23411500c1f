// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates hold template literals
import { expect, test } from 'vitest'
import { lexCode } from './code-lexer.ts'

function tokensOf(code: string): string[] {
  const lexed = lexCode(`${code}%>`, 0)
  if ('unclosed' in lexed) throw new Error(`unclosed ${lexed.unclosed}`)
  return lexed.tokens.map(({ text }) => text)
}

test.each([
  ['a?.b ?.5:1', ['a', '?.', 'b', '?', '.5', ':', '1']],
  ['x=>({...y})', ['x', '=>', '(', '{', '...', 'y', '}', ')']],
  ['i++ / 2 / j', ['i', '++', '/', '2', '/', 'j']],
  ['a = /[/"]\\/%>/gi.test(b) / c', ['a', '=', '/[/"]\\/%>/gi', '.', 'test', '(', 'b', ')', '/', 'c']],
  ['return /x/', ['return', '/x/']],
  ['f(/a/, b / c)', ['f', '(', '/a/', ',', 'b', '/', 'c', ')']],
  ['0x1F + 1_000.5e-3 + 10n + .5', ['0x1F', '+', '1_000.5e-3', '+', '10n', '+', '.5']],
  ['"a\\"%>" + \'\\\\\'', ['"a\\"%>"', '+', "'\\\\'"]],
  ['`a${b + `c${{ d: 1 }.d}`}e`', ['`a${', 'b', '+', '`c${', '{', 'd', ':', '1', '}', '.', 'd', '}`', '}e`']],
  ['größe + $ñ + _1', ['größe', '+', '$ñ', '+', '_1']],
  ['a /* b %> */ + c // d', ['a', '+', 'c']],
  ['a // b\n+ c', ['a', '+', 'c']],
  ['a - -b', ['a', '-', '-', 'b']],
  ['new Map<string, Array<T>>()', ['new', 'Map', '<', 'string', ',', 'Array', '<', 'T', '>', '>', '(', ')']],
  ['if (x) /re/.test(y)', ['if', '(', 'x', ')', '/re/', '.', 'test', '(', 'y', ')']],
  ['a ?? b ??= c', ['a', '?', '?', 'b', '?', '?', '=', 'c']],
  ['this.#x @ y', ['this', '.', '#x', '@', 'y']],
  ['', []],
])('splits %s', (code, tokens) => {
  expect(tokensOf(code)).toEqual(tokens)
})

test.each([
  ['a %>', 2, false],
  ['a -%>', 2, true],
  ['a--%>', 3, false],
  ['a // b -%>', 7, true],
  ['a // b %> // c %>', 7, false],
  ['a /* %> */ %>', 11, false],
])('finds the end of %s', (source, end, trim) => {
  expect(lexCode(source, 0)).toMatchObject({ end, trim })
})

test.each([
  ['a', 'tag', 0],
  ['a <% b %>', 'tag', 0],
  ['a + "b', 'string', 4],
  ['a + "b\nc" %>', 'string', 4],
  ['`a %>', 'template literal', 0],
  ['`a${ b %>', 'template literal', 0],
  ['`a${ `b${ c }`  %>', 'template literal', 0],
  ['a + `b${ c }d', 'template literal', 4],
  ['a /* b %>', 'comment', 2],
  ['a = /b %>', 'regular expression', 4],
])('tells what is open in %s', (source, unclosed, at) => {
  expect(lexCode(source, 0)).toEqual({ unclosed, at })
})

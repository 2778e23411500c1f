// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the sources under test have templates
import { expect, test } from 'vitest'
import { tokenize } from './source-tokens.ts'
import { BOUND, type Constants, isPath, type KnownText, readText, splitAt } from './text-expression.ts'

const text = (...texts: string[]): KnownText => ({ kind: 'text', texts, uncertain: false })
const fragment = (...texts: string[]): KnownText => ({ kind: 'fragment', texts, uncertain: false })
const uncertain = (...texts: string[]): KnownText => ({ kind: 'fragment', texts, uncertain: true })

const CONSTANTS: Constants = new Map([
  ['A', text('a')],
  ['O.a', text('oa')],
  ['AB', text('a', 'b')],
  ['EIGHT', text(...'12345678')],
  ['F', fragment('where f')],
  ['U', uncertain('where u')],
])
const read = (source: string) => readText(tokenize(source, false), CONSTANTS)

test.each<[source: string, known: KnownText | undefined]>([
  ["'x'", text('x')],
  ['"x"', text('x')],
  ['`x`', text('x')],
  ["('x')", text('x')],
  ["((('x')))", text('x')],
  ["'x' as const", text('x')],
  ["'x' satisfies string", text('x')],
  ["('x' as const) satisfies string", text('x')],
  ["('x') as string", text('x')],
  ["'x'!", text('x')],
  ["('x'!)!", text('x')],
  ['A', text('a')],
  ['A!', text('a')],
  ['O.a', text('oa')],
  ['O?.a', undefined],
  ['O.b', undefined],
  ['as', undefined],
  ['B', undefined],
  ['', undefined],
  ['()', undefined],
  ['1', undefined],
  ['f()', undefined],
  ["'x' 'y'", undefined],
  ["('x')('y')", undefined],
  // Choices.
  ["c ? 'x' : 'y'", text('x', 'y')],
  ["c ? 'x' : 'x'", text('x')],
  ["(c ? 'x' : 'y')", text('x', 'y')],
  ["c ? d ? 'x' : 'y' : 'z'", text('x', 'y', 'z')],
  ["c ? 'x' : d ? 'y' : 'z'", text('x', 'y', 'z')],
  ["f(a ? b : c) ? 'x' : 'y'", text('x', 'y')],
  ["c ? x : 'y'", undefined],
  ["c ? 'x' : y", undefined],
  ["c ? 'x' : sql`y`", undefined],
  ['c ? sql`x` : sql`y`', fragment('x', 'y')],
  ['c ? F : U', uncertain('where f', 'where u')],
  ["c ? 'x'", undefined],
  ['c ? EIGHT : `${A}${EIGHT}`', text(...'12345678', ...[...'12345678'].map(each => `a${each}`))],
  ['c ? AB : d ? EIGHT : `${EIGHT}x`', undefined],
  // Sums.
  ["'x' + 'y' + 'z'", text('xyz')],
  ["'x' + AB + A", text('xaa', 'xba')],
  ["'x' + ('y' + 'z')", text('xyz')],
  ["'x' + y", undefined],
  ["y + 'x'", undefined],
  ["'x' + (c ? 'y' : 'z')", text('xy', 'xz')],
  ["'x+y' + 'z'", text('x+yz')],
  ['AB + EIGHT', text(...['a', 'b'].flatMap(a => [...'12345678'].map(b => a + b)))],
  ['AB + AB + EIGHT', undefined],
  // Templates.
  ['`a ${A} b ${O.a} c`', text('a a b oa c')],
  ['`${AB}-${AB}`', text('a-a', 'a-b', 'b-a', 'b-b')],
  ['`a ${b}`', undefined],
  ['`a ${F}`', undefined],
  ['`a ${sql`b`}`', undefined],
  ["`a ${'b'}`", text('a b')],
  // sql templates.
  ['sql`x`', fragment('x')],
  ['db.sql`x`', fragment('x')],
  ['sql`x`!', fragment('x')],
  ['other`x`', undefined],
  ['sql.other`x`', undefined],
  ['f()`x`', undefined],
  ['sql`x ${1} y ${"a"} z ${A}`', fragment(`x ${BOUND} y ${BOUND} z ${BOUND}`)],
  ['sql`x ${F} y`', fragment('x where f y')],
  ['sql`x ${U} y`', uncertain('x where u y')],
  ['sql`x ${sql`a = ${1}`} y`', fragment(`x a = ${BOUND} y`)],
  ['sql`x ${c ? sql`a` : sql`b`}`', fragment('x a', 'x b')],
  ['sql`x ${c ? sql`a` : sql.empty}`', fragment('x a', 'x ')],
  ['sql`x ${c ? sql`a` : other}`', undefined],
  ['sql`x ${sql.join(a)}`', undefined],
  ['sql`x ${[sql`a`]}`', undefined],
  ['sql`x ${name}`', uncertain(`x ${BOUND}`)],
  ['sql`x ${call(1)}`', uncertain(`x ${BOUND}`)],
  ['sql`x ${{ a: 1 }}`', fragment(`x ${BOUND}`)],
  ['sql`x ${[1]}`', fragment(`x ${BOUND}`)],
  ...['true', 'false', 'null', 'new Date()', 'typeof a', 'await a'].map((hole): [string, KnownText] => [
    `sql\`x \${${hole}}\``,
    fragment(`x ${BOUND}`),
  ]),
  ['sql.empty', fragment('')],
  ['db.sql.empty', fragment('')],
  ['mysql.empty', undefined],
  // Identifiers.
  ["sql.id('a')", fragment('"a"')],
  ["sql.id('a', 'b\"c')", fragment('"a"."b""c"')],
  ["db.sql.id('a')", fragment('"a"')],
  ["mysql.id('a')", undefined],
  ['sql.id(a)', undefined],
  ["sql.id('a', b)", undefined],
  ["id('a')", undefined],
  ["sql.ids('a')", undefined],
  ["sql`x ${sql.id('a')}`", fragment('x "a"')],
])('%s', (source, known) => {
  expect(read(source)).toEqual(known)
})

test.each<[source: string, pieces: number]>([
  ['', 1],
  ['a', 1],
  ['a, b', 2],
  ['a, (b, c), [d, e], { f, g }', 4],
  ["'a, b', `c, ${d}`", 2],
  ['f(a, b), c', 2],
  ['(a, b', 1],
])('%j has %d pieces between commas', (source, pieces) => {
  expect(splitAt(tokenize(source, false), ',')).toHaveLength(pieces)
})

test.each<[source: string, is: boolean]>([
  ['a', true],
  ['a.b.c', true],
  ['a?.b', true],
  ['', false],
  ['a.', false],
  ['a b c', false],
  ['a + b', false],
  ["a.'b'", false],
  ['.a.', false],
])('%j is a path: %s', (source, is) => {
  expect(isPath(tokenize(source, false))).toBe(is)
})

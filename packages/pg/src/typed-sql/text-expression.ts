import { quoteIdentifier } from '../sql/sql.ts'
import type { Token } from './source-tokens.ts'

/** Placeholder in a text for a bound value. */
export const BOUND = '\0'

/** What is known of an expression: one of a few texts, or one of a few `sql` fragments. */
export interface KnownText {
  kind: 'text' | 'fragment'
  texts: readonly string[]
  /** A hole that may be a fragment, which is known only at run time. */
  uncertain: boolean
}

/** Constants by name; those of objects as `NAME.property`. */
export type Constants = ReadonlyMap<string, KnownText>

/** The most texts of one query that are distinguished; with more, its text counts as unknown. */
const MOST_TEXTS = 16

/**
 * Evaluates an expression to its text: strings, templates, `sql` templates, constants, `a ? b : c`, `a + b` and
 * parentheses. Undefined if the text is known only at run time.
 */
export function readText(given: readonly Token[], constants: Constants): KnownText | undefined {
  const tokens = bare(given)
  if (tokens.length === 0) return undefined
  const choice = splitChoice(tokens)
  if (choice) return either(readText(choice[0], constants), readText(choice[1], constants))
  const terms = splitAt(tokens, '+')
  if (terms.length > 1) return terms.map(term => readText(term, constants)).reduce(joined)
  const last = tokens.at(-1)!
  if (tokens.length === 1 && last.kind === 'string') return { kind: 'text', texts: last.parts, uncertain: false }
  if (tokens.length === 1 && last.kind === 'template') return fill(last, constants)
  if (last.kind === 'template' && isPath(tokens.slice(0, -1)) && tokens.at(-2)!.text === 'sql')
    return compose(last, constants)
  if (isPath(tokens)) return constantOf(tokens, constants)
  return identifierOf(tokens)
}

function constantOf(tokens: readonly Token[], constants: Constants): KnownText | undefined {
  const path = tokens.map(({ text }) => text).join('')
  if (/(?:^|\.)sql\.empty$/.test(path)) return { kind: 'fragment', texts: [''], uncertain: false }
  return constants.get(path)
}

/** `sql.id('a', 'b')`. */
function identifierOf(tokens: readonly Token[]): KnownText | undefined {
  const open = tokens.findIndex(({ text }) => text === '(')
  const names = tokens.slice(open + 1, -1).filter(({ text }) => text !== ',')
  const called = tokens.slice(0, open)
  if (open < 3 || !isPath(called) || !/(?:^|\.)sql\.id$/.test(called.map(({ text }) => text).join(''))) return undefined
  if (!names.every(({ kind }) => kind === 'string')) return undefined
  const text = names.map(({ parts }) => quoteIdentifier(parts[0]!)).join('.')
  return { kind: 'fragment', texts: [text], uncertain: false }
}

/** A plain template: its holes must be known texts. */
function fill({ parts, holes }: Token, constants: Constants): KnownText | undefined {
  let text: KnownText | undefined = { kind: 'text', texts: [parts[0]!], uncertain: false }
  for (let i = 0; i < holes.length; i++) {
    const hole = readText(holes[i]!, constants)
    text = joined(text, hole?.kind === 'text' ? hole : undefined)
    text = joined(text, { kind: 'text', texts: [parts[i + 1]!], uncertain: false })
  }
  return text
}

/** A `sql` template: fragments are inserted, everything else is bound. */
function compose({ parts, holes }: Token, constants: Constants): KnownText | undefined {
  let text: KnownText | undefined = { kind: 'fragment', texts: [parts[0]!], uncertain: false }
  for (let i = 0; i < holes.length; i++) {
    text = joined(text, readHole(holes[i]!, constants))
    text = joined(text, { kind: 'fragment', texts: [parts[i + 1]!], uncertain: false })
  }
  return text
}

function readHole(hole: readonly Token[], constants: Constants): KnownText | undefined {
  const known = readText(hole, constants)
  if (known?.kind === 'fragment') return known
  if (known === undefined && makesFragment(hole)) return undefined
  return { kind: 'fragment', texts: [BOUND], uncertain: known === undefined && mayBeFragment(hole) }
}

/** `sql.join(…)` and anything else that contains a `sql` template: a fragment with an unknown text. */
function makesFragment(hole: readonly Token[]): boolean {
  return hole.some(
    (token, i) => token.text === 'sql' && (hole[i + 1]?.kind === 'template' || hole[i + 1]?.text === '.'),
  )
}

/** A name or a call may yield a fragment; a literal, an operation or an object cannot. */
function mayBeFragment(hole: readonly Token[]): boolean {
  const first = hole[0]
  return first?.kind === 'name' && !['true', 'false', 'null', 'new', 'typeof', 'await'].includes(first.text)
}

function either(a: KnownText | undefined, b: KnownText | undefined): KnownText | undefined {
  if (!a || !b || a.kind !== b.kind) return undefined
  const texts = [...new Set([...a.texts, ...b.texts])]
  return texts.length > MOST_TEXTS ? undefined : { kind: a.kind, texts, uncertain: a.uncertain || b.uncertain }
}

function joined(a: KnownText | undefined, b: KnownText | undefined): KnownText | undefined {
  if (!a || !b || a.texts.length * b.texts.length > MOST_TEXTS) return undefined
  const texts = a.texts.flatMap(left => b.texts.map(right => left + right))
  return { kind: a.kind, texts, uncertain: a.uncertain || b.uncertain }
}

/** Without surrounding parentheses, `as const`, `satisfies …` and `!`. */
function bare(tokens: readonly Token[]): readonly Token[] {
  const cast = depthZero(tokens).find(
    i => i > 0 && tokens[i]!.kind === 'name' && /^(?:as|satisfies)$/.test(tokens[i]!.text),
  )
  if (cast !== undefined) return bare(tokens.slice(0, cast))
  if (tokens.at(-1)?.text === '!') return bare(tokens.slice(0, -1))
  const wrapped = tokens[0]?.text === '(' && tokens.at(-1)?.text === ')'
  return wrapped && closeOf(tokens, 0) === tokens.length - 1 ? bare(tokens.slice(1, -1)) : tokens
}

/** `condition ? a : b`: the tokens of a and b. */
function splitChoice(tokens: readonly Token[]): [readonly Token[], readonly Token[]] | undefined {
  const outside = depthZero(tokens)
  const question = outside.find(i => tokens[i]!.text === '?')
  if (question === undefined) return undefined
  let depth = 0
  for (const i of outside) {
    if (i <= question) continue
    if (tokens[i]!.text === '?') depth++
    if (tokens[i]!.text === ':' && depth-- === 0) return [tokens.slice(question + 1, i), tokens.slice(i + 1)]
  }
  return undefined
}

/** The pieces between the separators at the top level, outside of parentheses. */
export function splitAt(tokens: readonly Token[], sign: string): (readonly Token[])[] {
  const pieces: (readonly Token[])[] = []
  let from = 0
  for (const i of depthZero(tokens)) {
    if (tokens[i]!.kind !== 'sign' || tokens[i]!.text !== sign) continue
    pieces.push(tokens.slice(from, i))
    from = i + 1
  }
  pieces.push(tokens.slice(from))
  return pieces
}

/** The indexes of the tokens outside of parentheses. */
function depthZero(tokens: readonly Token[]): number[] {
  const found: number[] = []
  for (let i = 0; i < tokens.length; i++) {
    if (OPENING.includes(tokens[i]!.text)) i = closeOf(tokens, i)
    else found.push(i)
  }
  return found
}

const OPENING = ['(', '[', '{']
const CLOSING = [')', ']', '}']

/** The index of the token that closes the one at `open`, or the end. */
export function closeOf(tokens: readonly Token[], open: number): number {
  let depth = 0
  for (let i = open; i < tokens.length; i++) {
    if (tokens[i]!.kind !== 'sign') continue
    if (OPENING.includes(tokens[i]!.text)) depth++
    if (CLOSING.includes(tokens[i]!.text) && --depth === 0) return i
  }
  return tokens.length
}

/** `a.b.c`. */
export function isPath(tokens: readonly Token[]): boolean {
  return (
    tokens.length % 2 === 1 &&
    tokens.every(({ kind, text }, i) => (i % 2 === 0 ? kind === 'name' : text === '.' || text === '?.'))
  )
}

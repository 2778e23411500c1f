import type { Constraint } from './constraint.ts'
import type { ParamToken, Pattern, Token, WildcardToken } from './segment.ts'

/** What is wrong with a pattern. `name` is set if it is that parameter's constraint. */
export class PatternProblem {
  readonly text: string
  readonly name: string | undefined

  constructor(text: string, name?: string) {
    this.text = text
    this.name = name
  }
}

/** Returns the constraint of a parameter, from its angle brackets or the options, or what is wrong with it. */
export type ResolveConstraint = (name: string, inline: string | undefined) => Constraint | undefined | string

const NAME = /[A-Za-z_]\w*/y

/**
 * Parses `/users/:id<int>/:tab?`. Text is written decoded: `/café`, not `/caf%C3%A9`. A backslash escapes the next character.
 *
 * @throws PatternProblem
 */
export function parsePattern(path: string, resolve: ResolveConstraint): Pattern {
  if (path === '/' || path === '') return { segments: [], optional: false, trailingSlash: false, wildcard: false }
  if (path[0] !== '/') throw new PatternProblem('must begin with a slash')
  const reader: Reader = { path, at: 1, names: new Set(), wildcard: false, optional: false, resolve }
  const segments: Token[][] = []
  let trailingSlash = false
  while (reader.at <= path.length) {
    if (reader.optional) throw new PatternProblem('has an optional segment that is not the last one')
    if (reader.at === path.length && segments.length > 0) {
      trailingSlash = true
      break
    }
    segments.push(readSegment(reader))
    reader.at++ // the slash
  }
  return { segments, optional: reader.optional, trailingSlash, wildcard: reader.wildcard }
}

interface Reader {
  readonly path: string
  at: number
  readonly names: Set<string>
  wildcard: boolean
  optional: boolean
  readonly resolve: ResolveConstraint
}

function readSegment(reader: Reader): Token[] {
  const { path } = reader
  const tokens: Token[] = []
  while (reader.at < path.length && path[reader.at] !== '/') {
    const last = tokens.at(-1)
    const char = path[reader.at]!
    if (char === ':' || char === '*') {
      if (last && last.kind !== 'text') throw new PatternProblem('has two placeholders with no text between them')
      tokens.push(readPlaceholder(reader, char))
    } else if (char === '?') {
      readOptional(reader, tokens)
    } else {
      const text = readText(reader)
      if (last?.kind === 'text') last.text += text
      else tokens.push({ kind: 'text', text })
    }
  }
  if (tokens.length === 0) throw new PatternProblem('has an empty segment')
  if (tokens.length > 1 && tokens.some(token => token.kind === 'wildcard')) {
    throw new PatternProblem('has a wildcard beside other text; a wildcard is a segment of its own')
  }
  return tokens
}

function readText(reader: Reader): string {
  const { path, at } = reader
  const char = path[at]!
  if (char === '\\') {
    if (at + 1 === path.length || path[at + 1] === '/')
      throw new PatternProblem('has a backslash with nothing after it')
    reader.at += 2
    return path[at + 1]!
  }
  if (char === '#') throw new PatternProblem('has a fragment')
  if (char === '<' || char === '>') throw new PatternProblem(`has a ${char} that belongs to no placeholder`)
  if (/^%[\da-f]{2}/i.test(path.slice(at, at + 3))) {
    throw new PatternProblem('is percent-encoded; write the characters themselves')
  }
  if (/^[\u0000-\u0020\u007f\ud800-\udfff]$/.test(char) && !isSurrogatePair(path, at)) {
    throw new PatternProblem('has a space, a control character or half a surrogate pair')
  }
  const length = isSurrogatePair(path, at) ? 2 : 1
  reader.at += length
  return path.slice(at, at + length)
}

function isSurrogatePair(text: string, at: number): boolean {
  return text.codePointAt(at)! > 0xffff
}

function readPlaceholder(reader: Reader, sign: ':' | '*'): ParamToken | WildcardToken {
  const { path, resolve } = reader
  NAME.lastIndex = reader.at + 1
  const name = NAME.exec(path)?.[0]
  if (name === undefined) throw new PatternProblem(`has a ${sign} without a name; \\${sign} is the character itself`)
  if (name === '__proto__') throw new PatternProblem('has a parameter named __proto__')
  if (reader.names.has(name)) throw new PatternProblem(`has two parameters named ${name}`)
  reader.names.add(name)
  reader.at += 1 + name.length
  let inline: string | undefined
  if (path[reader.at] === '<') {
    const end = path.indexOf('>', reader.at)
    if (end === -1) throw new PatternProblem('has a < that is not closed')
    inline = path.slice(reader.at + 1, end)
    if (inline.includes('/')) throw new PatternProblem('has a slash in a constraint; write it in `constraints`')
    reader.at = end + 1
  }
  const constraint = resolve(name, inline)
  if (typeof constraint === 'string') throw new PatternProblem(constraint, name)
  if (sign === ':') return { kind: 'param', name, constraint }
  if (reader.wildcard) throw new PatternProblem('has two wildcards')
  reader.wildcard = true
  return { kind: 'wildcard', name, constraint }
}

function readOptional(reader: Reader, tokens: readonly Token[]): void {
  if (tokens.length !== 1 || tokens[0]!.kind === 'text' || !/^(?:\/|$)/.test(reader.path.slice(reader.at + 1))) {
    throw new PatternProblem(
      'has a ? that does not follow a placeholder which is the whole segment; \\? is the character',
    )
  }
  reader.optional = true
  reader.at++
}

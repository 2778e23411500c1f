import { type TemplateError, type TemplateSource, templateError } from '../template-error.ts'
import { type LexFailure, lexCode, type Token } from './code-lexer.ts'

export interface Text {
  readonly kind: 'text'
  /** What is printed: with `<%` for `<%%`, and without what `-%>` trims. */
  readonly value: string
  readonly start: number
  readonly end: number
}

export type TagKind = 'code' | 'print' | 'raw' | 'comment' | 'header'

export interface Tag {
  readonly kind: TagKind
  readonly start: number
  readonly end: number
  /** The range of the code, without delimiters, sigil and trimming sign. */
  readonly codeStart: number
  readonly codeEnd: number
  readonly tokens: readonly Token[]
  readonly comments: readonly { start: number; end: number }[]
}

export type Piece = Text | Tag

/** What can follow `<%`. Anything else that cannot begin code is an error. */
const SIGILS: readonly { sigil: string; kind: TagKind }[] = [
  { sigil: '==', kind: 'raw' },
  { sigil: '=', kind: 'print' },
  { sigil: '#', kind: 'comment' },
  { sigil: '!', kind: 'header' },
  { sigil: '', kind: 'code' },
]
const SIGIL_OF: Readonly<Record<TagKind, string>> = { raw: '==', print: '=', comment: '#', header: '!', code: '' }
const BEGINS_CODE = /[\s\p{ID_Start}$_'"`()[\]{};/]|-%>|%>/uy

/** Splits the source of a template into text and tags. */
export function scan(source: TemplateSource): Piece[] {
  const { text } = source
  const pieces: Piece[] = []
  let value = ''
  let start = 0
  let at = 0

  const flush = (end: number) => {
    if (value !== '') pieces.push({ kind: 'text', value, start, end })
    value = ''
  }

  while (at < text.length) {
    const open = text.indexOf('<%', at)
    if (open < 0) {
      value += text.slice(at)
      break
    }
    value += text.slice(at, open)
    if (trimsLeft(text, open)) value = value.replace(/(^|\n)[ \t]*$/, '$1')
    if (text[open + 2] === '%') {
      value += '<%'
      at = open + 3
      continue
    }
    flush(open)
    const { tag, next } = scanTag(source, open)
    pieces.push(tag)
    at = next
    start = next
  }
  flush(text.length)
  return pieces
}

function scanTag(source: TemplateSource, start: number): { tag: Tag; next: number } {
  const { text } = source
  const open = start + (trimsLeft(text, start) ? 3 : 2)
  const { sigil, kind } = SIGILS.find(entry => text.startsWith(entry.sigil, open))!
  const codeStart = open + sigil.length
  if (kind === 'code') refuseSigil(source, codeStart)
  if (kind === 'comment') return scanComment(source, start, codeStart)

  const code = lexCode(text, codeStart)
  if ('unclosed' in code) throw unclosed(source, { start, kind }, code)
  const end = code.end + (code.trim ? 3 : 2)
  const tag: Tag = { kind, start, end, codeStart, codeEnd: code.end, tokens: code.tokens, comments: code.comments }
  // The line break after a header belongs to it.
  return { tag, next: code.trim || kind === 'header' ? pastLineEnd(text, end) : end }
}

/** `<%_` trims the white space before it on its line. Names may begin with `_`, so something else must follow. */
function trimsLeft(text: string, start: number): boolean {
  return text[start + 2] === '_' && /[\s=#]/.test(text[start + 3] ?? '')
}

function scanComment(source: TemplateSource, start: number, codeStart: number): { tag: Tag; next: number } {
  const close = source.text.indexOf('%>', codeStart)
  if (close < 0) throw templateError('tag_unclosed', source, start)
  const trim = close > codeStart && source.text[close - 1] === '-'
  const end = close + 2
  const tag: Tag = { kind: 'comment', start, end, codeStart, codeEnd: close, tokens: [], comments: [] }
  return { tag, next: trim ? pastLineEnd(source.text, end) : end }
}

function refuseSigil(source: TemplateSource, at: number): void {
  BEGINS_CODE.lastIndex = at
  if (at >= source.text.length || BEGINS_CODE.test(source.text)) return
  const hints: Record<string, string> = {
    '-': 'write <%== for raw output; only the end of a tag trims, as in -%>.',
    '~': 'write <%== for raw output.',
    '@': 'layouts and partials are code, as in <% layout("layouts/site") %>.',
  }
  const char = String.fromCodePoint(source.text.codePointAt(at)!)
  const hint = hints[char] ?? 'a tag begins with <%, <%=, <%==, <%# or <%!.'
  throw templateError('sigil_invalid', source, at, { sigil: `<%${char}`, hint })
}

function unclosed(source: TemplateSource, tag: { start: number; kind: TagKind }, failure: LexFailure): TemplateError {
  // If text after a printing tag seems to open a string, or the slash of an end tag a regular expression, the tag itself is
  // unclosed.
  const code = source.text.slice(tag.start, failure.at)
  const runaway = tag.kind !== 'code' && (code.includes('\n') || code.endsWith('<'))
  if (failure.unclosed === 'tag' || runaway) {
    return templateError('tag_unclosed', source, tag.start, { sigil: SIGIL_OF[tag.kind] })
  }
  return templateError('code_unclosed', source, failure.at, { what: failure.unclosed })
}

const LINE_END = /[ \t]*(?:\r?\n|$)/y

function pastLineEnd(text: string, at: number): number {
  LINE_END.lastIndex = at
  return LINE_END.test(text) ? LINE_END.lastIndex : at
}

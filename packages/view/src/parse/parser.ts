import { type TemplateSource, templateError } from '../template-error.ts'
import { Brackets, type TagShape } from './brackets.ts'
import type { Token } from './code-lexer.ts'
import { type Header, parseHeader } from './header.ts'
import { Names } from './names.ts'
import { PrintingFunctions } from './printing-functions.ts'
import { scan, type Tag, type Text } from './scanner.ts'

export type Node = Text | CodeNode

export interface CodeNode {
  readonly kind: 'code' | 'print' | 'raw'
  readonly tag: Tag
  readonly shape: TagShape
  /** A warning that a preceding comment waives, `<%# allow script: reason %>`, and why. */
  readonly allow?: { readonly rule: string; readonly reason: string } | undefined
}

export interface Template {
  readonly source: TemplateSource
  readonly header: Header | undefined
  /** In order; comments and the header are left out. */
  readonly nodes: readonly Node[]
  readonly names: Names
  /** Every waived warning. */
  readonly allowed: ReadonlySet<string>
}

/** Parses a template. Throws a `TemplateError` at the first mistake. */
export function parse(source: TemplateSource): Template {
  const pieces = scan(source)
  const brackets = new Brackets(source)
  const names = new Names()
  const nodes: Node[] = []
  const printing = new PrintingFunctions(source)
  let header: Header | undefined
  const allowed = new Set<string>()
  let allow: CodeNode['allow']
  let inSwitch = false
  let beforeHeader = pieces.some(piece => piece.kind === 'header')
  for (const piece of pieces) {
    if (piece.kind === 'comment') {
      allow = allowanceIn(source.text.slice(piece.codeStart, piece.codeEnd)) ?? allow
      if (allow) allowed.add(allow.rule)
      continue
    }
    if (piece.kind === 'header') {
      if (header || nodes.length > 0) throw templateError('header_misplaced', source, piece.start)
      header = parseHeader(source, piece)
      beforeHeader = false
    } else if (piece.kind === 'text') {
      if (inSwitch) refuseInSwitch(source, piece)
      else if (!beforeHeader || piece.value.trim() !== '') nodes.push(piece)
    } else {
      checkTag(source, piece, inSwitch)
      names.add(piece.tokens)
      const shape = brackets.add(piece)
      printing.add(piece, shape)
      inSwitch = shape.opensSwitch
      nodes.push({ kind: piece.kind as CodeNode['kind'], tag: piece, shape, ...(allow && { allow }) })
      allow = undefined
    }
  }
  brackets.end()
  printing.end()
  return { source, header, nodes, names, allowed }
}

/** `allow script: the reason`. */
function allowanceIn(comment: string): CodeNode['allow'] {
  const [, rule, rest] = /^allow ([a-z]+):(.+)$/s.exec(comment.trim()) ?? []
  const reason = rest?.replace(/-$/, '').trim()
  return rule === undefined || !reason ? undefined : { rule, reason }
}

function checkTag(source: TemplateSource, tag: Tag, inSwitch: boolean): void {
  if (tag.kind === 'code') {
    for (const token of tag.tokens) checkSigil(source, token)
    return
  }
  const sigil = tag.kind === 'raw' ? '==' : '='
  if (tag.tokens.length === 0) throw templateError('expression_empty', source, tag.start, { sigil })
  if (inSwitch) throw templateError('text_in_switch', source, tag.start)
  for (const token of tag.tokens) checkSigil(source, token)
}

// `$title` is a local; a `$` without a following letter is a mistake.
function checkSigil(source: TemplateSource, token: Token): void {
  if (token.kind !== 'name' || !token.text.startsWith('$') || /^\$[\p{ID_Start}_]/u.test(token.text)) return
  const hint = 'a local is a $ and a name that begins with a letter, as in $title; all of them are in "locals".'
  throw templateError('sigil_invalid', source, token.start, { sigil: `"${token.text}"`, hint })
}

function refuseInSwitch(source: TemplateSource, text: Text): void {
  if (text.value.trim() === '') return
  throw templateError('text_in_switch', source, text.start + text.value.search(/\S/))
}

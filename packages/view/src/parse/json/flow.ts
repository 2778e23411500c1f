import type { Token } from '../code-lexer.ts'
import type { OutputContext } from '../output-context.ts'
import type { CodeNode, Template } from '../parser.ts'

/** What a template prints, as the statements around it make it come, stay away, or come again. */
export type Flow =
  | { readonly kind: 'text'; readonly text: string; readonly offset: number }
  | {
      readonly kind: 'value'
      readonly offset: number
      readonly inString: boolean
      /** Whether it may be a part of a value, such as what a partial prints. */
      readonly isFragment: boolean
    }
  | Branch
  | { readonly kind: 'loop'; readonly body: readonly Flow[]; readonly runsOnce: boolean }

/** `if`, `else if`, `else`. */
export interface Branch {
  readonly kind: 'branch'
  readonly arms: Flow[][]
  /** Whether one of the arms runs in any case. */
  isTotal: boolean
  readonly offset: number
}

/** Statements whose parts come in another order than they are written, or not to their end. */
const UNFOLLOWED = new Set(['break', 'continue', 'throw', 'switch', 'try'])
/** Functions whose block is a value of its own. */
const CAPTURES = new Set(['capture', 'block', 'content', 'contentFor'])
const FRAGMENTS = new Set(['include', 'includeEach', 'content', 'raw', 'capture', 'await'])

/** A bracket that a tag leaves open. */
interface Open {
  /** Where what is printed in it goes; undefined if it goes where it did. */
  readonly body: Flow[] | undefined
  /** The branch that this is an arm of. */
  readonly branch?: Branch
}

/** Follows the statements of a template. @returns undefined where they are more than `if`, loops and blocks that are values */
export function flowOf(template: Template, contextOf: (node: CodeNode) => OutputContext): Flow[] | undefined {
  const flow: Flow[] = []
  const open: Open[] = []
  for (const node of template.nodes) {
    const body = open.findLast(one => one.body)?.body ?? flow
    if (node.kind === 'text') {
      body.push({ kind: 'text', text: node.value, offset: node.start })
      continue
    }
    if (node.kind === 'code' && node.tag.tokens.some(isUnfollowed)) return undefined
    if (node.kind !== 'code') body.push(printedValue(template, node, contextOf(node)))
    if (!readBrackets(node, flow, open)) return undefined
  }
  return flow
}

function printedValue({ names }: Template, { kind, tag }: CodeNode, context: OutputContext): Flow {
  const [first, next] = tag.tokens as [Token, Token | undefined]
  const isFragment =
    kind === 'raw' || FRAGMENTS.has(first.text) || (names.declared.has(first.text) && next?.text === '(')
  return { kind: 'value', offset: tag.start, inString: context === 'json string', isFragment }
}

function isUnfollowed({ kind, text }: Token): boolean {
  return kind === 'name' && UNFOLLOWED.has(text)
}

/** Opens and closes what a tag does. @returns false if what it opens cannot be followed */
function readBrackets({ kind, tag }: CodeNode, flow: Flow[], open: Open[]): boolean {
  const { tokens } = tag
  const own: number[] = []
  let ended: Branch | undefined
  for (const [index, token] of tokens.entries()) {
    if (token.kind !== 'punctuator') continue
    if ('([{'.includes(token.text)) own.push(index)
    else if (!')]}'.includes(token.text)) continue
    else if (own.length > 0) own.pop()
    else ended = open.pop()?.branch
  }
  for (const index of own) {
    if (tokens[index]!.text !== '{') {
      open.push({ body: undefined })
      continue
    }
    const body = open.findLast(one => one.body)?.body ?? flow
    const block = blockAt(tokens, index, kind !== 'code', ended ?? lastBranch(body))
    if (!block) return false
    if (block.flow) body.push(block.flow)
    open.push(block.open)
    ended = undefined
  }
  return true
}

/** The branch before an `else` in a tag of its own. The space between them is not printed. */
function lastBranch(body: Flow[]): Branch | undefined {
  const last = body.at(-1)
  const isSpace = last?.kind === 'text' && last.text.trim() === ''
  const branch = body.at(isSpace ? -2 : -1)
  return branch?.kind === 'branch' ? branch : undefined
}

interface Block {
  readonly open: Open
  /** What it adds to the flow around it. */
  readonly flow?: Flow
}

/** What the `{` at `index` begins; undefined if it cannot be followed. */
function blockAt(
  tokens: readonly Token[],
  index: number,
  prints: boolean,
  before: Branch | undefined,
): Block | undefined {
  const body: Flow[] = []
  const previous = tokens[index - 1]?.text
  const offset = tokens[index]!.start
  if (previous === 'else') return before && armOf(before, body, true)
  if (previous === 'do') return { open: { body }, flow: { kind: 'loop', body, runsOnce: true } }
  if (previous === '=>') {
    const call = unclosed(tokens, index)
    const callee = tokens[call - 1]?.text
    if (prints || (callee !== undefined && CAPTURES.has(callee))) return { open: { body } } // a value of its own
    return callee === 'forEach' ? { open: { body }, flow: { kind: 'loop', body, runsOnce: false } } : undefined
  }
  if (previous !== ')') return prints ? { open: { body: undefined } } : undefined // an object among the arguments
  const head = unclosed(tokens, index - 1)
  const keyword = tokens[head - 1]?.text === 'await' ? tokens[head - 2]?.text : tokens[head - 1]?.text
  if (keyword === 'for' || keyword === 'while') return { open: { body }, flow: { kind: 'loop', body, runsOnce: false } }
  if (keyword !== 'if') return undefined
  if (tokens[head - 2]?.text === 'else') return before && armOf(before, body, false)
  const branch: Branch = { kind: 'branch', arms: [body], isTotal: false, offset }
  return { open: { body, branch }, flow: branch }
}

function armOf(branch: Branch, body: Flow[], isTotal: boolean): Block {
  branch.arms.push(body)
  branch.isTotal = isTotal
  return { open: { body, branch } }
}

/** The index of the last bracket before `end` that is open there; -1 if the tag has none. */
function unclosed(tokens: readonly Token[], end: number): number {
  let depth = 0
  for (let index = end - 1; index >= 0; index--) {
    const { kind, text } = tokens[index]!
    if (kind !== 'punctuator') continue
    if (')]}'.includes(text)) depth += 1
    else if ('([{'.includes(text)) {
      if (depth === 0) return index
      depth -= 1
    }
  }
  return -1
}

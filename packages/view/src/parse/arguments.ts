import type { Token } from './code-lexer.ts'

const OPENS = /^[([{]$/
const CLOSES = /^[)\]}]$/

/** The arguments of a call, each with its tokens. `open` is the index of its `(`; text between tags may occur inside. */
export function argumentsOf(tokens: readonly Token[], open: number): Token[][] {
  const list: Token[][] = []
  let part: Token[] = []
  let depth = 0
  for (const token of tokens.slice(open + 1)) {
    const mark = token.kind === 'punctuator' ? token.text : ''
    if (depth === 0 && (mark === ',' || mark === ')')) {
      if (part.length > 0) list.push(part)
      part = []
      if (mark === ')') return list
      continue
    }
    if (OPENS.test(mark)) depth += 1
    if (CLOSES.test(mark)) depth -= 1
    part.push(token)
  }
  return list
}

/** The text of an argument that is one string; undefined if it is computed. */
export function literalText(argument: readonly Token[] | undefined): string | undefined {
  const [token, more] = argument ?? []
  if (!token || more || token.text.includes('\\')) return undefined
  const isText = token.kind === 'string' || (token.kind === 'template' && token.text.endsWith('`'))
  return isText ? token.text.slice(1, -1) : undefined
}

/** The keys of an argument that is one object literal; undefined if it is computed, or another object is spread into it. */
export function literalKeys(argument: readonly Token[]): Token[] | undefined {
  if (argument[0]?.text !== '{' || argument.at(-1)?.text !== '}') return undefined
  const keys: Token[] = []
  let depth = 0
  for (const [index, token] of argument.entries()) {
    const mark = token.kind === 'punctuator' ? token.text : ''
    const before = argument[index - 1]
    const begins = depth === 1 && (before?.text === '{' || before?.text === ',')
    if (begins && (mark === '...' || mark === '[')) return undefined
    const key = token.text === 'async' && argument[index + 1]?.kind === 'name' ? argument[index + 1]! : token
    if (begins && (key.kind === 'name' || key.kind === 'string')) keys.push(key)
    if (OPENS.test(mark)) depth += 1
    if (CLOSES.test(mark)) depth -= 1
    if (depth === 0 && index < argument.length - 1) return undefined // `{ … } satisfies X`
  }
  return keys
}

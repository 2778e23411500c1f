import type { Token } from './code-lexer.ts'
import { KEYWORDS } from './reserved-names.ts'

/** The names in a pattern: `a`, `b` and `c` of `const { a, b: [c] } = …`, and `x` of `let x = …`. */
export function patternNames(tokens: readonly Token[], first: number): string[] {
  const names: string[] = []
  let depth = 0
  for (const token of tokens.slice(first)) {
    if (token.kind === 'name') names.push(token.text)
    if ('([{'.includes(token.text)) depth += 1
    if (')]}'.includes(token.text)) depth -= 1
    if (depth === 0) break
  }
  return names
}

export interface ParameterList {
  /** The names that the parameters bind. */
  readonly names: readonly string[]
  /** The method that they belong to, in a class or an object. */
  readonly method: string | undefined
}

/**
 * Reads the parameters that end with the `)` at `close`, as in `(a, { b }) =>`, `(a): string =>`, `function (a) {`,
 * `catch (a) {` and `method(a) {`.
 *
 * @returns undefined if the parentheses hold something else
 */
export function parameterList(tokens: readonly Token[], close: number): ParameterList | undefined {
  const open = matchingOpen(tokens, close)
  const next = tokens[close + 1]?.text
  const hasBody = next === '{' && beginsParameters(tokens, open)
  if (next !== '=>' && !hasBody && !(next === ':' && isReturnType(tokens, close + 2))) return undefined
  const names: string[] = []
  for (let index = open + 1; index < close; index++) {
    if (tokens[index]!.kind === 'name' && isBound(tokens, index)) names.push(tokens[index]!.text)
  }
  const method = tokens[open - 1]
  return { names, method: hasBody && method?.kind === 'name' ? method.text : undefined }
}

/**
 * Whether a name among parameters is bound: it follows `(`, `,`, `{`, `[` or `...`, and is neither a key nor a default
 * value.
 */
function isBound(tokens: readonly Token[], index: number): boolean {
  return /^[(,{[]$|^\.\.\.$/.test(tokens[index - 1]!.text) && /^[,):=}\]?]$/.test(tokens[index + 1]!.text)
}

function matchingOpen(tokens: readonly Token[], close: number): number {
  let depth = 0
  for (let index = close; index >= 0; index--) {
    if (tokens[index]!.text === ')') depth += 1
    if (tokens[index]!.text === '(') depth -= 1
    if (depth === 0) return index
  }
  return close
}

/** Whether `(` begins parameters, if a `{` follows its `)`: unless a word such as `if` precedes. */
function beginsParameters(tokens: readonly Token[], open: number): boolean {
  const before = tokens[open - 1]
  if (before?.kind !== 'name') return false
  return before.text === 'function' || before.text === 'catch' || !KEYWORDS.has(before.text)
}

/** `): Type =>`: only parts of a type are in between. */
function isReturnType(tokens: readonly Token[], first: number): boolean {
  for (const token of tokens.slice(first)) {
    if (token.text === '=>') return true
    if (token.kind !== 'name' && !/^[<>.|[\]]$/.test(token.text)) return false
  }
  return false
}

import type { Token } from './code-lexer.ts'
import { isGlobal, KEYWORDS, OBJECTS } from './reserved-names.ts'

/**
 * How a name is used:
 *
 * - `declaration`: `function name`, `class name`, `name =>`, `name = …`
 * - `local`: `$name`; `guarded local`: one that may be missing, as in `$name ?? ''`, `$name?.x`, `typeof $name`
 * - `object`: `locals` or `helpers`
 * - `call`: `name(…)` and `` name`…` ``; `optional call`: `name?.(…)`
 * - `property`: `x.name`, `x?.name`, `{ name: … }`
 * - `word`: a keyword
 * - `other`: variables, globals
 */
export type NameUse =
  | 'declaration'
  | 'local'
  | 'guarded local'
  | 'object'
  | 'call'
  | 'optional call'
  | 'property'
  | 'word'
  | 'other'

/** How the name at `index` is used, according to its neighboring tokens. */
export function useOf(tokens: readonly Token[], index: number): NameUse {
  const { text } = tokens[index]!
  if (isMember(tokens, index)) return 'property'
  if (isDeclared(tokens, index)) return 'declaration'
  if (isKey(tokens, index)) return 'property'
  if (KEYWORDS.has(text)) return 'word'
  if (text.startsWith('$')) return isGuarded(tokens, index) ? 'guarded local' : 'local'
  if (OBJECTS.has(text)) return 'object'
  if (!isCalled(tokens, index) || isGlobal(text)) return 'other'
  return tokens[index + 1]!.text === '?.' ? 'optional call' : 'call'
}

/** `x.name`, `x?.name` */
function isMember(tokens: readonly Token[], index: number): boolean {
  const before = tokens[index - 1]?.text
  return before === '.' || before === '?.'
}

function isDeclared(tokens: readonly Token[], index: number): boolean {
  const before = tokens[index - 1]?.text
  if (before === 'function' || before === 'class' || tokens[index + 1]?.text === '=>') return true
  return !tokens[index]!.text.startsWith('$') && isAssigned(tokens, index)
}

/** `name = …`, but not `name == …`; `=>` is one token. */
function isAssigned(tokens: readonly Token[], index: number): boolean {
  return tokens[index + 1]?.text === '=' && tokens[index + 2]?.text !== '='
}

/** `{ name: … }`, as far as the neighboring tokens show: `a ? name : b` has neither brace nor comma before it. */
function isKey(tokens: readonly Token[], index: number): boolean {
  const before = tokens[index - 1]?.text
  return tokens[index + 1]?.text === ':' && (before === '{' || before === ',')
}

/** `$name ?? …`, `$name?.…`, `typeof $name` */
function isGuarded(tokens: readonly Token[], index: number): boolean {
  const [next, afterNext] = [tokens[index + 1], tokens[index + 2]]
  if (next?.text === '?.' || tokens[index - 1]?.text === 'typeof') return true
  return next?.text === '?' && afterNext?.text === '?' && afterNext.start === next.end
}

/** `name(…)`, `` name`…` ``, `name?.(…)`, but not `new name(…)`. */
function isCalled(tokens: readonly Token[], index: number): boolean {
  if (tokens[index - 1]?.text === 'new') return false
  const next = tokens[index + 1]
  return next?.text === '(' || next?.text.startsWith('`') || (next?.text === '?.' && tokens[index + 2]?.text === '(')
}

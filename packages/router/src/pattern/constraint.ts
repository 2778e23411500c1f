import { suggest } from '@arlen/core/options'
import { isDate, isInt, isSlug, isUuid } from './text-constraints.ts'

/** What a parameter must look like. Tests get the decoded text and are synchronous. */
export interface Constraint {
  /** For messages: `int`, `/[a-z]{2}/`, `one of en, de`. */
  name: string
  /** Equal for constraints that accept the same texts. Routes with equal keys share a branch of the tree. */
  key: string
  test: (text: string) => boolean
}

/** A constraint in the option `constraints`: the name of a type, a regular expression, a list of texts, or a function. */
export type ConstraintSpec = string | RegExp | readonly string[] | ((text: string) => boolean)

export const BUILT_IN_TYPES: Readonly<Record<string, (text: string) => boolean>> = {
  int: isInt,
  uuid: isUuid,
  slug: isSlug,
  date: isDate,
}

const functionKeys = new WeakMap<(text: string) => boolean, string>()
let functionCount = 0

/**
 * @param types - the registered types
 * @returns the constraint, or what is wrong, completing the sentence "The constraint of x …"
 */
export function toConstraint(spec: ConstraintSpec, types: ReadonlyMap<string, Constraint>): Constraint | string {
  if (typeof spec === 'string') {
    const near = suggest(spec, types.keys())
    const hint = near === undefined ? '' : ` Did you mean ${near}?`
    return types.get(spec) ?? `names the type ${spec}, which does not exist.${hint}`
  }
  if (typeof spec === 'function') {
    if (!functionKeys.has(spec)) functionKeys.set(spec, `function ${++functionCount}`)
    return { name: spec.name || 'a function', key: functionKeys.get(spec)!, test: text => spec(text) === true }
  }
  if (spec instanceof RegExp) return fromRegExp(spec)
  if (!Array.isArray(spec) || spec.length === 0 || !spec.every(text => typeof text === 'string' && text !== '')) {
    return 'must be the name of a type, a regular expression, a list of texts, or a function'
  }
  const texts = new Set(spec)
  return { name: `one of ${spec.join(', ')}`, key: JSON.stringify([...texts].sort()), test: text => texts.has(text) }
}

/** The expression must match the whole text. Its flags are kept, except `g` and `y`. */
function fromRegExp(source: RegExp): Constraint {
  const whole = new RegExp(`^(?:${source.source})$`, source.flags.replace(/[gy]/g, ''))
  return { name: String(source), key: String(whole), test: text => whole.test(text) }
}

/** Reads a constraint in a path: a word is the name of a type, anything else a regular expression. */
export function parseInlineConstraint(text: string, types: ReadonlyMap<string, Constraint>): Constraint | string {
  if (/^[A-Za-z_]\w*$/.test(text)) return toConstraint(text, types)
  if (text === '') return 'is empty'
  try {
    return fromRegExp(new RegExp(text, 'u'))
  } catch (error) {
    return `is not a regular expression: ${(error as Error).message}`
  }
}

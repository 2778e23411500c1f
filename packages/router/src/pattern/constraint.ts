import { suggest } from '@arlen/core/options'
import { isDate, isInt, isSlug, isUuid } from './text-constraints.ts'

/** What a parameter must look like. A test gets the decoded text and decides at once. */
export interface Constraint {
  /** As it is shown: `int`, `/[a-z]{2}/`, `one of en, de`. */
  name: string
  /** Equal for two constraints that accept the same texts; routes with equal keys share one branch of the tree. */
  key: string
  test: (text: string) => boolean
}

/** How a constraint is written in the `constraints` option: a type's name, a regexp, a list of texts, or a function. */
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
 * @param types - the named types there are
 * @returns the constraint, or what is wrong with it, as a sentence that follows "the constraint of x".
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

/** The expression must match the whole text; its own flags count, but for `g` and `y`. */
function fromRegExp(source: RegExp): Constraint {
  const whole = new RegExp(`^(?:${source.source})$`, source.flags.replace(/[gy]/g, ''))
  return { name: String(source), key: String(whole), test: text => whole.test(text) }
}

/** A constraint written in the path: a word names a type, anything else is a regular expression. */
export function parseInlineConstraint(text: string, types: ReadonlyMap<string, Constraint>): Constraint | string {
  if (/^[A-Za-z_]\w*$/.test(text)) return toConstraint(text, types)
  if (text === '') return 'is empty'
  try {
    return fromRegExp(new RegExp(text, 'u'))
  } catch (error) {
    return `is no regular expression: ${(error as Error).message}`
  }
}

import { viewError } from '../errors.ts'
import { helperNameProblem } from '../parse/reserved-names.ts'

/** Plain helpers, by name. */
export type HelperTable = Readonly<Record<string, (...args: never[]) => unknown>>

/** Helpers that need the context. Each creates, from the context, the function that templates call. */
export type ContextHelperTable<Context> = Readonly<Record<string, (context: Context) => (...args: never[]) => unknown>>

/** Creates the helpers of a rendering. Context helpers are created on first use. */
export function helperFactory<Context>(
  plain: HelperTable = {},
  contextual: ContextHelperTable<Context> = {},
): ((context: unknown) => object) & { readonly names: ReadonlySet<string> } {
  const names = new Set([...Object.keys(plain), ...Object.keys(contextual)])
  for (const helper of names) {
    const reason = helperNameProblem(helper)
    if (reason) throw viewError('helper_name_invalid', { helper, reason })
  }
  const shared = Object.freeze({ ...plain })
  if (Object.keys(contextual).length === 0) return Object.assign(() => shared, { names })

  class BoundHelpers {
    readonly [CONTEXT]: unknown
    constructor(context: unknown) {
      this[CONTEXT] = context
    }
  }
  Object.assign(BoundHelpers.prototype, plain)
  for (const [name, make] of Object.entries(contextual)) {
    Object.defineProperty(BoundHelpers.prototype, name, { enumerable: true, get: bindOnce(name, make as Maker) })
  }
  return Object.assign((context: unknown) => new BoundHelpers(context), { names })
}

type Maker = (context: unknown) => unknown

const CONTEXT = Symbol('context')

function bindOnce(name: string, make: Maker): (this: { [CONTEXT]?: unknown }) => unknown {
  return function () {
    const context = this[CONTEXT]
    if (context === undefined || context === null) throw viewError('context_missing', { helper: name })
    const value = make(context)
    Object.defineProperty(this, name, { value, enumerable: true })
    return value
  }
}

import { viewError } from './errors.ts'
import { helperNameProblem } from './names.ts'

/** Plain helpers, by name. */
export type HelperTable = Readonly<Record<string, (...args: never[]) => unknown>>

/** Helpers that need what the page is rendered for: each makes, from that context, the function that templates call. */
export type ContextHelperTable<Context> = Readonly<Record<string, (context: Context) => (...args: never[]) => unknown>>

/** Gives the helpers of one rendering. Those of the context are made when a template first names them. */
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

/** The registered name that is most like a mistyped one, where one is near. */
export function nearest(name: string, names: Iterable<string>): string | undefined {
  let best: string | undefined
  let distance = Math.max(2, Math.floor(name.length / 3)) + 1
  for (const candidate of names) {
    const found = editDistance(name.toLowerCase(), candidate.toLowerCase())
    if (found >= distance) continue
    best = candidate
    distance = found
  }
  return best
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)))
    }
    row = next
  }
  return row[b.length]!
}

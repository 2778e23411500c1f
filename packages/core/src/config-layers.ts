/** Settings by name, nested. */
export type Tree = Record<string, unknown>

/** What is told about a layer while it is merged. */
interface Told {
  /** A setting has a value, by its dotted name. */
  decided: (key: string) => void
  /** The layer, or one of its groups, is not an object of settings. */
  unfit?: (path: readonly string[], actual: string) => void
}

/**
 * Merges a layer of settings into those before it, setting by setting. Lists are replaced as a whole; `undefined` is ignored.
 *
 * @param groups - the dotted names under which there are further settings; the root is the empty name
 */
export function mergeLayer(
  into: Tree,
  values: unknown,
  groups: ReadonlySet<string>,
  told: Told,
  path: readonly string[] = [],
): void {
  if (values === undefined) return
  if (!isTree(values)) return told.unfit?.(path, misfitOf(values)!)
  for (const [key, value] of Object.entries(values)) {
    if (value === undefined || key === '__proto__') continue
    const here = [...path, key]
    if (isTree(value) || groups.has(here.join('.'))) {
      const existing = into[key]
      const branch = isTree(existing) ? existing : {}
      into[key] = branch
      mergeLayer(branch, value, groups, told, here)
      // A misspelled group without members would have no source.
      if (isEmpty(value) && !groups.has(here.join('.'))) told.decided(here.join('.'))
    } else {
      into[key] = value
      told.decided(here.join('.'))
    }
  }
}

/** A plain object, or the namespace of a module. */
function isTree(value: unknown): value is Tree {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

function isEmpty(tree: unknown): boolean {
  return isTree(tree) && Object.values(tree).every(value => value === undefined)
}

/** What a value is, in words and without its content, if it is not an object of settings: `a function`, `a promise`, `null`. */
export function misfitOf(value: unknown): string | undefined {
  if (isTree(value)) return undefined
  if (value === null || value === undefined) return String(value)
  if (Array.isArray(value)) return 'a list'
  if (value instanceof Promise) return 'a promise'
  if (typeof value !== 'object') return `a ${typeof value}`
  const name = (value.constructor as { name?: string } | undefined)?.name
  return name ? `an instance of ${name}` : 'an object with a prototype of its own'
}

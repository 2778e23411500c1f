/** The target of a JSON Pointer (RFC 6901). */
export type Pointed = { found: true; value: unknown } | { found: false; at: string }

/** Follows a JSON Pointer; if it does not exist, `at` is its longest existing prefix. */
export function followPointer(root: unknown, pointer: string): Pointed {
  if (pointer !== '' && !pointer.startsWith('/')) {
    throw new TypeError(`A JSON Pointer begins with a slash, or is empty: ${JSON.stringify(pointer)} (RFC 6901)`)
  }
  let value = root
  let at = ''
  for (const part of pointer.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~')
    const isList = Array.isArray(value)
    if (
      typeof value !== 'object' ||
      value === null ||
      !Object.hasOwn(value, key) ||
      (isList && !/^(?:0|[1-9]\d*)$/.test(key))
    ) {
      return { found: false, at: at === '' ? 'the root' : at }
    }
    value = (value as Record<string, unknown>)[key]
    at += `/${part}`
  }
  return { found: true, value }
}

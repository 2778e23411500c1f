/** What happens to a path that would match but for a slash. */
export type SlashPolicy = 'redirect' | 'ignore' | 'strict'

/** How paths that differ from a route's only by slashes are handled. */
export interface SlashPolicies {
  /** An extra or missing slash at the end. Default `redirect`. */
  readonly trailingSlash: SlashPolicy
  /** Repeated slashes. Default `redirect`. */
  readonly duplicateSlashes: SlashPolicy
}

export interface Spelling {
  path: string
  /** Whether to redirect, or to serve the request as if it had this path. */
  redirect: boolean
}

/**
 * Other spellings to try for a path that did not match, as the policies allow, the most similar first.
 *
 * @param trailingSlashes - whether any route ends with a slash
 */
export function otherSpellings(
  path: string,
  { trailingSlash, duplicateSlashes }: SlashPolicies,
  trailingSlashes: boolean,
): Spelling[] {
  const spellings: Spelling[] = []
  const offer = (other: string, redirect: boolean): void => {
    // `//host` and `/\host` are another host to a browser.
    if (!redirect || !/^\/[/\\]/.test(other)) spellings.push({ path: other, redirect })
  }
  const collapses = duplicateSlashes !== 'strict' && path.includes('//')
  const single = collapses ? path.replace(/\/{2,}/g, '/') : path
  const collapseRedirects = collapses && duplicateSlashes === 'redirect'
  if (collapses) offer(single, collapseRedirects)
  if (trailingSlash === 'strict') return spellings
  const redirect = trailingSlash === 'redirect' || collapseRedirects
  if (single.length > 1 && single.endsWith('/')) offer(single.slice(0, -1), redirect)
  else if (trailingSlashes && !single.endsWith('/')) offer(`${single}/`, redirect)
  return spellings
}

/**
 * Whether a path ends with a slash or has two in a row, the second at `from` (at least 1) or later. Checks every other character,
 * which is faster than `path.includes('//')`.
 */
export function hasOddSlash(path: string, from: number): boolean {
  const last = path.length - 1
  for (let i = from; i < last; i += 2) {
    if (path.charCodeAt(i) === 47 && (path.charCodeAt(i - 1) === 47 || path.charCodeAt(i + 1) === 47)) return true
  }
  return last > 0 && path.charCodeAt(last) === 47
}

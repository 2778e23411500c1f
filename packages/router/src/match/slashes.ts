/** What a path gets that would match, were it not for a slash. */
export type SlashPolicy = 'redirect' | 'ignore' | 'strict'

/** What happens to paths that differ from a route's by slashes. */
export interface SlashPolicies {
  /** A slash too many or too few at the end. Default `redirect`. */
  readonly trailingSlash: SlashPolicy
  /** Two slashes or more in a row. Default `redirect`. */
  readonly duplicateSlashes: SlashPolicy
}

export interface Spelling {
  path: string
  /** False where the request is served as if it had been written so. */
  redirect: boolean
}

/**
 * The other ways to write a path that did not match, as far as the policies allow, the nearest first.
 *
 * @param trailingSlashes - whether any route is written with a slash at its end
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
 * Whether a path has a slash at its end or two in a row, of which the second is not before `from`, 1 or more. Of two in a
 * row one is at every second place: that takes less time than `path.includes('//')`.
 */
export function hasOddSlash(path: string, from: number): boolean {
  const last = path.length - 1
  for (let i = from; i < last; i += 2) {
    if (path.charCodeAt(i) === 47 && (path.charCodeAt(i - 1) === 47 || path.charCodeAt(i + 1) === 47)) return true
  }
  return last > 0 && path.charCodeAt(last) === 47
}

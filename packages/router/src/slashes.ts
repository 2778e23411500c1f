import type { SlashPolicy } from './router.ts'

export interface Spelling {
  path: string
  /** False where the request is served as if it had been written so. */
  redirect: boolean
}

/** The other ways to write a path that did not match, as far as the policies allow, the nearest first. */
export function otherSpelling(
  path: string,
  trailing: SlashPolicy,
  duplicate: SlashPolicy,
  trailingSlashes: boolean,
): Spelling[] {
  const spellings: Spelling[] = []
  const offer = (other: string, redirect: boolean) => {
    // `//host` and `/\host` are another host to a browser.
    if (redirect && /^\/[/\\]/.test(other)) return
    spellings.push({ path: other, redirect })
  }
  const collapses = duplicate !== 'strict' && path.includes('//')
  const single = collapses ? path.replace(/\/{2,}/g, '/') : path
  if (collapses) offer(single, duplicate === 'redirect')
  if (trailing === 'strict') return spellings
  const redirect = trailing === 'redirect' || (collapses && duplicate === 'redirect')
  if (single.length > 1 && single.endsWith('/')) offer(single.slice(0, -1), redirect)
  else if (trailingSlashes && !single.endsWith('/')) offer(`${single}/`, redirect)
  return spellings
}

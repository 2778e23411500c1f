import { optionOf } from '../routing/route-options.ts'

interface Described {
  readonly meta: object
}

/**
 * Whether a route is of an API, and so in the OpenAPI document: what it or its group says with `openApi`, else what can be
 * told from it. A response schema, a body schema, and doing without CSRF tokens are signs of an API; `invalid`, which shows
 * a form again, is one of a page. Undefined where there is no sign: it may well be a page.
 *
 * @param apiOnly - the application has no pages
 */
export function isOfApi(route: Described, apiOnly: boolean): boolean | undefined {
  const said = optionOf(route, 'openApi')
  if (said !== undefined) return said
  if (apiOnly) return true
  if (optionOf(route, 'invalid') !== undefined) return false
  const signs = ['response', 'body', 'csrfExempt'] as const
  return signs.some(name => optionOf(route, name) !== undefined) || undefined
}

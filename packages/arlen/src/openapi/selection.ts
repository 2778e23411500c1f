import { optionOf } from '../routing/route-options.ts'

interface Described {
  readonly meta: object
}

/**
 * Whether a route belongs to an API, and so in the OpenAPI document: its own or its group's `openApi` decides, otherwise
 * its features do. A response schema, a body schema, and no CSRF check are signs of an API; `invalid`, which shows a form
 * again, is a sign of a page. Undefined if there is no sign: it may well be a page.
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

import type { MatchRequest } from './condition.ts'

/** What a form may ask for: methods that change something, so that what guards POST guards them too. */
const TARGETS: ReadonlySet<string> = new Set(['PUT', 'PATCH', 'DELETE'])

/**
 * The method that a POST stands for where it says so in its query, `?_method=DELETE`, or in `X-HTTP-Method-Override`, as
 * HTML forms and old proxies need. Any other request has the method it has.
 */
export function overriddenMethod(method: string, request: MatchRequest | undefined): string {
  if (method !== 'POST' || request === undefined) return method
  const query = request.rawQuery ? new URLSearchParams(request.rawQuery).get('_method') : null
  const wanted = (query ?? request.header?.('x-http-method-override') ?? '').trim().toUpperCase()
  return TARGETS.has(wanted) ? wanted : method
}

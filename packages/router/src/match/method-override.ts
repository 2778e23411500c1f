import type { MatchRequest } from './condition.ts'

/** Only unsafe methods: what protects POST protects them too. */
const TARGETS: ReadonlySet<string> = new Set(['PUT', 'PATCH', 'DELETE'])

/**
 * The method of a request. A POST can name another one in its query, `?_method=DELETE`, or in `X-HTTP-Method-Override`, for HTML
 * forms and old proxies.
 */
export function overriddenMethod(method: string, request: MatchRequest | undefined): string {
  if (method !== 'POST' || request === undefined) return method
  const query = request.rawQuery ? new URLSearchParams(request.rawQuery).get('_method') : null
  const wanted = (query ?? request.header?.('x-http-method-override') ?? '').trim().toUpperCase()
  return TARGETS.has(wanted) ? wanted : method
}

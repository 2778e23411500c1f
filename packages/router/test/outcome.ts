import type { MatchRequest, RouteOptions, Router } from '../src/index.ts'

/** What a match comes to, in a form that two implementations can be compared by. */
export type Outcome =
  | { value: string; params: Record<string, string>; format?: string }
  | { kind: 'miss' | 'malformed' }
  | { kind: 'method_not_allowed' | 'options'; allow: string }
  | { kind: 'redirect'; location: string }

/** What the contract asks of a router. */
export interface Matching {
  add(method: string, path: string, value: string, options?: RouteOptions): unknown
  match(method: string, path: string, request?: MatchRequest): Outcome
}

export function outcomesOf(router: Router<string>): Matching {
  return {
    add: (method, path, value, options) => router.add(method, path, value, options),
    match: (method, path, request) => {
      const match = router.match(method, path, request)
      if (match.kind !== 'hit') return { ...match }
      const { route, params, format } = match
      return { value: route.value, params: { ...params }, ...(format !== undefined && { format }) }
    },
  }
}

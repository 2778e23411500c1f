import { type SecurityScheme, securityOf } from '@arlen/core'
import type { Route } from '@arlen/router'

/** Scheme names with the scopes they need; a client must satisfy all of them. */
type Requirement = Record<string, readonly string[]>

/**
 * What a client must present to pass the guards and middleware of a route: any one of these requirements. Undefined if
 * nothing is required. The schemes are added to `schemes`, for the document's components.
 *
 * @param sessions - whether the application has sessions, which a guard may accept besides tokens
 */
export function securityRequirements(
  route: Pick<Route, 'layers'>,
  schemes: Record<string, SecurityScheme>,
  sessions = true,
): Requirement[] | undefined {
  const guards = route.layers.flatMap(({ use, under }) => [...use, ...under]).map(securityOf)
  let requirements: Requirement[] | undefined
  for (const guard of guards) {
    if (guard === undefined) continue
    const offered = sessions ? guard.schemes : withoutSession(guard.schemes)
    Object.assign(schemes, offered)
    const own: Requirement[] = Object.keys(offered).map(name => ({ [name]: guard.scopes ?? [] }))
    if (guard.optional) own.push({})
    requirements = requirements === undefined ? own : both(requirements, own)
  }
  return requirements === undefined || requirements.length === 0 ? undefined : requirements
}

function withoutSession(schemes: Readonly<Record<string, SecurityScheme>>): Readonly<Record<string, SecurityScheme>> {
  const { Session: _, ...others } = schemes
  return Object.keys(others).length > 0 ? others : schemes
}

/** Combines two consecutive guards: for a scheme that both accept, the scopes of both. */
function both(outer: readonly Requirement[], inner: readonly Requirement[]): Requirement[] {
  const all = outer.flatMap(one => inner.map(other => merged(one, other)))
  // Clients use one scheme for both guards; two schemes are needed only by guards that have none in common.
  const least = Math.min(...all.map(requirement => Object.keys(requirement).length || Number.POSITIVE_INFINITY))
  const shortest = all.filter(requirement => Object.keys(requirement).length <= least)
  const texts = new Set<string>()
  return shortest.filter(requirement => {
    const text = JSON.stringify(requirement)
    return texts.has(text) ? false : texts.add(text)
  })
}

function merged(one: Requirement, other: Requirement): Requirement {
  const out: Requirement = { ...one }
  for (const [name, scopes] of Object.entries(other)) out[name] = [...new Set([...(out[name] ?? []), ...scopes])]
  return out
}

import { suggest } from '@arlen/core/options'

/** A route as it is displayed: its methods and its path. */
export interface ListedRoute {
  readonly methods: readonly string[]
  readonly path: string
}

const MOST = 5

/** The routes whose path is similar to one that matches none, the most similar first, as `GET /products/:id`. */
export function nearRoutes(path: string, routes: Iterable<ListedRoute>): string[] {
  const candidates = new Map<string, string[]>()
  for (const route of routes) {
    const text = `${route.methods.join('|')} ${route.path}`
    const filled = fill(route.path, path)
    candidates.set(filled, [...(candidates.get(filled) ?? []), text])
  }
  const near: string[] = []
  while (near.length < MOST) {
    const best = suggest(path, candidates.keys())
    if (best === undefined) break
    near.push(...candidates.get(best)!)
    candidates.delete(best)
  }
  return near.slice(0, MOST)
}

/** The path of a route, with segments of the request in place of its parameters. */
function fill(route: string, path: string): string {
  const given = path.split('/')
  return route
    .split('/')
    .map((segment, i) => (/[:*]/.test(segment) ? (given[i] ?? 'x') : segment))
    .join('/')
}

import type { SourceLocation } from '@arlen/core/stack'
import { ANY, type Route } from './route.ts'

/** A route as plain data: a line of `arlen routes`. */
export interface RouteInfo {
  readonly methods: readonly string[]
  readonly path: string
  readonly name: string | undefined
  readonly params: readonly string[]
  readonly formats: readonly string[]
  /** `host :tenant.example.com` */
  readonly conditions: readonly string[]
  /** Names of the guard functions, the outermost first. */
  readonly guards: readonly string[]
  readonly middleware: readonly string[]
  readonly source: SourceLocation | undefined
}

export function describeRoute(route: Route<never> | Route): RouteInfo {
  const named = (values: readonly unknown[]): string[] =>
    values.map(value => (typeof value === 'function' && value.name !== '' ? value.name : '(anonymous)'))
  return {
    methods: route.methods,
    path: route.path,
    name: route.name,
    params: route.paramNames,
    formats: route.formats,
    conditions: route.conditions.map(({ name, text }) => `${name} ${text}`),
    guards: named(route.layers.flatMap(layer => layer.under)),
    middleware: named(route.layers.flatMap(layer => layer.use)),
    source: route.source,
  }
}

/** Formats routes as an aligned table, without a final line break. */
export function formatRoutes(routes: readonly RouteInfo[]): string {
  const rows = routes.map(({ methods, path, name, formats, conditions, guards }) => {
    const notes = [
      ...(formats.length > 0 ? [`formats ${formats.join(', ')}`] : []),
      ...conditions.map(condition => `when ${condition}`),
      ...(guards.length > 0 ? [`under ${guards.join(', ')}`] : []),
    ]
    return [methods.join('|').replace(ANY, 'ANY'), path, name ?? '', notes.join('; ')]
  })
  const all = [['Methods', 'Path', 'Name', 'Notes'], ...rows]
  const widths = [0, 1, 2].map(column => Math.max(...all.map(row => row[column]!.length)))
  return all
    .map(row =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/**
 * Writes a declaration file with the names of the routes, so that the compiler checks `urlFor`. It is one interface in which names
 * are looked up, so type checking does not slow down with the number of calls.
 *
 * @param router - how the application imports this package: `arlen/router` where it depends on `arlen` alone
 */
export function routeTypes(
  routes: readonly Pick<RouteInfo, 'name' | 'path'>[],
  router: string = '@arlen/router',
): string {
  const members = routes
    .flatMap(({ name, path }) => (name === undefined ? [] : [`    ${JSON.stringify(name)}: ${JSON.stringify(path)}`]))
    .sort()
  return `import '${router}'\n\ndeclare module '${router}' {\n  interface NamedRoutes {\n${members.join('\n')}\n  }\n}\n`
}

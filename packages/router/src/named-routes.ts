/**
 * The names and paths of an application's routes, with which the compiler checks `urlFor`. Empty here; the declaration that
 * `routeTypes` writes is merged into it:
 *
 * ```ts
 * declare module '@arlen/router' {
 *   interface NamedRoutes { 'users.show': '/users/:id<int>' }
 * }
 * ```
 */
// biome-ignore lint/suspicious/noEmptyInterface: applications merge their routes into it
export interface NamedRoutes {}

/** The name of a route: any string until names are declared. */
export type RouteName<Names = NamedRoutes> = keyof Names extends never ? string : keyof Names & string

/** The path of a named route, if declared. */
export type PathOf<Name extends string, Names = NamedRoutes> = Name extends keyof Names
  ? Names[Name] extends string
    ? Names[Name]
    : string
  : string

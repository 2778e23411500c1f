/**
 * Names and paths of an application's routes, for `urlFor` to be checked by. Empty here; the declaration that
 * `routeTypes` writes merges into it:
 *
 * ```ts
 * declare module '@arlen/router' {
 *   interface NamedRoutes { 'users.show': '/users/:id<int>' }
 * }
 * ```
 */
// biome-ignore lint/suspicious/noEmptyInterface: applications merge their routes into it
export interface NamedRoutes {}

/** A route's name: any text as long as no names are declared. */
export type RouteName<Names = NamedRoutes> = keyof Names extends never ? string : keyof Names & string

/** The path that a name stands for, as far as it is known. */
export type PathOf<Name extends string, Names = NamedRoutes> = Name extends keyof Names
  ? Names[Name] extends string
    ? Names[Name]
    : string
  : string

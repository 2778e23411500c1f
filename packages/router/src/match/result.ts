import type { Route } from '../route.ts'

/** The parameters of a path, percent-decoded. */
export type PathParams = Readonly<Record<string, string>>

/** A route matches the request. */
export class Hit<T> {
  readonly kind = 'hit'
  readonly route: Route<T>
  /** Percent-decoded, once. */
  readonly params: PathParams
  /** The suffix of the path, if it is one of the route's `formats`. */
  readonly format: string | undefined

  constructor(route: Route<T>, params: PathParams, format: string | undefined) {
    this.route = route
    this.params = params
    this.format = format
  }
}

/** No route has this path: 404. */
export interface Miss {
  readonly kind: 'miss'
}

/** Routes match the path but not the method: 405 (RFC 9110, section 15.5.6). */
export interface MethodNotAllowed {
  readonly kind: 'method_not_allowed'
  /** The value of the `Allow` field. */
  readonly allow: string
}

/** OPTIONS for a known path without a route for it (RFC 9110, section 9.3.7). */
export interface AutomaticOptions {
  readonly kind: 'options'
  readonly allow: string
}

/** The path is not percent-encoded UTF-8, or a wildcard would climb with `..`: 400. */
export interface Malformed {
  readonly kind: 'malformed'
}

/** A route matches another spelling of the path: 308 (RFC 9110, section 15.4.9). */
export interface Redirect {
  readonly kind: 'redirect'
  /** An absolute path, without the query. Browsers never read it as another host. */
  readonly location: string
}

/** What {@link Router.match} finds. `kind` tells which it is. */
export type Match<T> = Hit<T> | Miss | MethodNotAllowed | AutomaticOptions | Malformed | Redirect

export const MISS: Miss = Object.freeze({ kind: 'miss' })
export const MALFORMED: Malformed = Object.freeze({ kind: 'malformed' })
export const NO_PARAMS: PathParams = Object.freeze({})

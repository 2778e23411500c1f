import type { Route } from '../route.ts'

/** The parameters of a path, percent-decoded. */
export type PathParams = Readonly<Record<string, string>>

/** A route takes the request. */
export class Hit<T> {
  readonly kind = 'hit'
  readonly route: Route<T>
  /** Percent-decoded, once. */
  readonly params: PathParams
  /** The suffix of the path, where the route has `formats` and the path one of them. */
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

/** The path is known, the method is not: 405 (RFC 9110, section 15.5.6). */
export interface MethodNotAllowed {
  readonly kind: 'method_not_allowed'
  /** Complete value of the `Allow` field. */
  readonly allow: string
}

/** OPTIONS for a known path that has no such route of its own (RFC 9110, section 9.3.7). */
export interface AutomaticOptions {
  readonly kind: 'options'
  readonly allow: string
}

/** The path is not percent-encoded UTF-8, or a wildcard would climb with `..`: 400. */
export interface Malformed {
  readonly kind: 'malformed'
}

/** The request belongs to another spelling of its path: 308 (RFC 9110, section 15.4.9). */
export interface Redirect {
  readonly kind: 'redirect'
  /** An absolute path, never one that a browser would take for another host; the query is the caller's to add. */
  readonly location: string
}

/** What {@link Router.match} finds. `kind` tells which it is. */
export type Match<T> = Hit<T> | Miss | MethodNotAllowed | AutomaticOptions | Malformed | Redirect

export const MISS: Miss = Object.freeze({ kind: 'miss' })
export const MALFORMED: Malformed = Object.freeze({ kind: 'malformed' })
export const NO_PARAMS: PathParams = Object.freeze({})

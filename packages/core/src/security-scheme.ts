/** How a client proves who it is: a Security Scheme Object of OpenAPI 3.1, section 4.8.27. */
export type SecurityScheme =
  | { type: 'http'; scheme: string; bearerFormat?: string; description?: string }
  | { type: 'apiKey'; in: 'query' | 'header' | 'cookie'; name: string; description?: string }
  | { type: 'openIdConnect'; openIdConnectUrl: string; description?: string }
  | { type: 'oauth2'; flows: Readonly<Record<string, object>>; description?: string }
  | { type: 'mutualTLS'; description?: string }

/** Schemes by the names that a document gives them; a request needs one of them. */
export type SecuritySchemes = Readonly<Record<string, SecurityScheme>>

const SCHEMES = Symbol.for('arlen.securitySchemes')

/**
 * Says of a guard or middleware that requests need one of these schemes to pass it, for documents that describe routes:
 *
 * ```ts
 * const requireToken = describeSecurity(guard, { bearerAuth: { type: 'http', scheme: 'bearer' } })
 * ```
 *
 * @returns the guard itself
 */
export function describeSecurity<Guard extends object>(guard: Guard, schemes: SecuritySchemes): Guard {
  return Object.defineProperty(guard, SCHEMES, { value: schemes, configurable: true })
}

/** What {@link describeSecurity} said of a guard or middleware. */
export function securitySchemesOf(guard: unknown): SecuritySchemes | undefined {
  return typeof guard === 'function' ? (guard as { [SCHEMES]?: SecuritySchemes })[SCHEMES] : undefined
}

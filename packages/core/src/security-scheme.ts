/** How a client authenticates itself: a Security Scheme Object of OpenAPI 3.1, section 4.8.27. */
export type SecurityScheme =
  | { readonly type: 'http'; readonly scheme: string; readonly bearerFormat?: string; readonly description?: string }
  | {
      readonly type: 'apiKey'
      readonly in: 'query' | 'header' | 'cookie'
      readonly name: string
      readonly description?: string
    }
  | { readonly type: 'openIdConnect'; readonly openIdConnectUrl: string; readonly description?: string }
  | { readonly type: 'oauth2'; readonly flows: Readonly<Record<string, object>>; readonly description?: string }
  | { readonly type: 'mutualTLS'; readonly description?: string }

/** What a guard or middleware requires of a client. */
export interface GuardSecurity {
  /** By the names that a document gives them; any one suffices. */
  readonly schemes: Readonly<Record<string, SecurityScheme>>
  /** The scopes that the credentials must have. */
  readonly scopes?: readonly string[]
  /** Whether anonymous clients may pass too. */
  readonly optional?: boolean
}

/**
 * Declares what a guard or middleware requires of a client, for documents that describe the routes behind it:
 *
 * ```ts
 * const requireToken = describeSecurity(guard, { schemes: { bearer: { type: 'http', scheme: 'bearer' } } })
 * ```
 *
 * @returns the guard itself
 */
export function describeSecurity<Guard extends object>(guard: Guard, security: GuardSecurity): Guard {
  return Object.assign(guard, { security })
}

/** The requirement declared with {@link describeSecurity}, or the guard's own member `security`. */
export function securityOf(guard: unknown): GuardSecurity | undefined {
  if (typeof guard !== 'function') return undefined
  const { security } = guard as { security?: GuardSecurity }
  return typeof security?.schemes === 'object' ? security : undefined
}

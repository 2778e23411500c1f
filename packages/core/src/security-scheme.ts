/** How a client proves who it is: a Security Scheme Object of OpenAPI 3.1, section 4.8.27. */
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

/** What a guard or middleware asks of a client. */
export interface GuardSecurity {
  /** By the names that a document gives them; any one lets a client in. */
  readonly schemes: Readonly<Record<string, SecurityScheme>>
  /** What the credentials must be good for. */
  readonly scopes?: readonly string[]
  /** Whether strangers may pass too. */
  readonly optional?: boolean
}

/**
 * Says what a guard or middleware asks of a client, for documents that describe the routes behind it:
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

/** What {@link describeSecurity} said, or the guard itself by a member `security`. */
export function securityOf(guard: unknown): GuardSecurity | undefined {
  if (typeof guard !== 'function') return undefined
  const { security } = guard as { security?: GuardSecurity }
  return typeof security?.schemes === 'object' ? security : undefined
}

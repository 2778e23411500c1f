import { defineErrors, type ErrorFactory } from '@arlen/core'

const table = {
  csp_invalid: { message: 'The content security policy is invalid: {problem}.' },
  header_option_invalid: { message: 'The security header {name} is invalid: {problem}.' },
  cors_invalid: { message: 'The CORS options are invalid: {problem}.' },
  hosts_invalid: { message: 'The list of allowed hosts is invalid: {problem}.' },
  rate_limit_invalid: { message: 'The rate limit {name} is invalid: {problem}.' },
  login_networks_invalid: { message: 'The option networks.{family} of createLoginThrottle() is invalid: {problem}.' },
  nonce_missing: {
    message: 'c.cspNonce was read, but no securityHeaders() with a content security policy runs before this handler.',
  },
  host_not_allowed: { status: 421, message: 'This server does not serve the requested host.' },
  rate_limited: { status: 429, message: 'Too many requests. Try again in {seconds} s.' },
  rate_limit_unavailable: { status: 503, message: 'Requests cannot be counted at the moment. Try again soon.' },
}

/** The codes of these errors. */
export type SecurityErrorCode = keyof typeof table

/** All errors of @arlen/security. Errors with a status are responses; the others are configuration mistakes. */
export const securityError: ErrorFactory<SecurityErrorCode> = defineErrors(table)

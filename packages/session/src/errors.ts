import { defineErrors, type ErrorFactory } from '@arlen/core'

const table = {
  secrets_invalid: { message: 'The session secrets are invalid:\n{problems}' },
  session_missing: {
    message:
      'c.{name} was read, but no {middleware} runs before this handler. Add it to the application or to the route.',
  },
  session_context_missing: {
    message:
      'The contexts of this server lack c.session and c.user. Use createServer(handler, { context: withSession(Context) }).',
  },
  session_foreign: {
    message: 'request.session already exists, from another session library. Use only one of them: remove it, or {own}.',
  },
  guard_foreign: {
    message:
      'A guard of createAuthentication() was called with a request of another framework. Guards work in servers of @arlen/http and in applications of arlen; in Express and Fastify, check request.session.user.',
  },
  csrf_form_unread: {
    message: 'The form was not read before {own}, so its CSRF token is not known. {remedy}',
  },
  impersonation_failed: { message: 'A test logs in as the user {id}, but findUser() does not find that user.' },
  session_too_large: {
    message:
      'The cookie {name} would have {bytes} bytes, but browsers drop cookies over {limit}. Bytes per key: {keys}. Store less in the session, or use a server-side store.',
  },
  session_after_head: {
    message: 'The session was changed after the response head was sent, so the change cannot reach the browser.',
  },
  session_public_cache: {
    message:
      'This response has Cache-Control: {value} but carries a session cookie or CSRF token, which a shared cache would give to other users. Use private or no-store.',
  },
  session_key_invalid: { message: 'A session key must be a non-empty string other than __proto__, not {key}.' },
  cookie_invalid: { message: 'The cookie {name} cannot be set: {reason}.' },
  csrf_cross_site: { status: 403, message: 'The request comes from another site ({evidence}).' },
  csrf_token_missing: {
    status: 403,
    message: 'The request has no CSRF token: send the field {field} or the header {header}.',
  },
  csrf_session_missing: {
    status: 403,
    message: 'The session of the CSRF token has ended, or its cookie was not sent. Reload the page.',
  },
  csrf_token_invalid: {
    status: 403,
    message: 'The CSRF token does not belong to this session. Reload the page and try again.',
  },
  login_required: { status: 401, message: 'Log in first.' },
  role_required: { status: 403, message: 'You may not do this.' },
  scope_required: { status: 403, message: 'The token lacks a required scope. Needed: {scope}.' },
  authorization_malformed: { status: 400, message: 'The Authorization header is malformed. Send exactly one token.' },
  realm_invalid: {
    message: 'The realm {realm} is invalid: use 1 to 100 printable ASCII characters other than quotes and backslashes.',
  },
  login_unsupported: { message: '{what} needs the option {option} of createAuthentication().' },
  api_key_options_invalid: { message: 'The options of apiKeys() are invalid: {problem}.' },
  jwt_options_invalid: { message: 'The options of jwt() are invalid: {problem}.' },
  token_keys_unavailable: { status: 503, message: 'Tokens cannot be verified at the moment. Try again soon.' },
  token_invalid: { status: 401, message: 'The token is unknown, expired or revoked.' },
  login_throttled: { status: 429, message: 'Too many failed logins. Try again in {seconds} s.' },
  password_parameters_invalid: { message: 'The Argon2 parameters are below the OWASP minimum: {problems}.' },
  passwords_busy: { status: 503, message: 'Too many passwords are being checked. Try again soon.' },
  password_too_long: { status: 422, message: 'A password may have at most {limit} bytes.' },
}

/** The codes of these errors. */
export type SessionErrorCode = keyof typeof table

/** All errors of @arlen/session. Errors with a status are responses; the others are mistakes in the program. */
export const sessionError: ErrorFactory<SessionErrorCode> = defineErrors(table)

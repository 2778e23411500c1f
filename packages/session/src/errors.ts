import { defineErrors } from '@arlen/core'

/** Every error that @arlen/session raises. Those with a status are answers, the others are mistakes of the program. */
export const sessionError: ReturnType<typeof defineErrors<SessionErrorCode>> = defineErrors<SessionErrorCode>({
  secrets_refused: { message: 'The session secrets are refused:\n{problems}' },
  session_missing: {
    message: 'c.{name} was read, but no {middleware} runs before this handler. Add it to the application or the route.',
  },
  session_too_large: {
    message:
      'The cookie {name} would have {bytes} bytes, and browsers drop cookies over {limit}. Bytes per key: {keys}. Keep less in it, or use a server-side store.',
  },
  session_after_head: {
    message:
      'The session was changed after the head of the answer had been sent, so the change cannot reach the browser.',
  },
  session_public_cache: {
    message:
      'This answer is marked Cache-Control: {value}, but it carries a session cookie or a CSRF token, which a shared cache would hand to others. Mark it private or no-store.',
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
    message: 'The session that the CSRF token belongs to is over, or its cookie was not sent. Load the page again.',
  },
  csrf_token_invalid: {
    status: 403,
    message: 'The CSRF token does not belong to this session. Load the page again and repeat.',
  },
  login_required: { status: 401, message: 'Log in first.' },
  role_required: { status: 403, message: 'You may not do this.' },
  scope_required: { status: 403, message: 'The token was not granted for this. Needed: {scope}.' },
  authorization_malformed: { status: 400, message: 'The field Authorization cannot be read. Send one token.' },
  realm_invalid: {
    message:
      'The realm {realm} is refused: it must be 1 to 100 printable ASCII characters without quotes and backslashes.',
  },
  login_unsupported: { message: '{what} needs the option {option} of Authentication.' },
  api_key_options_invalid: { message: 'The options of apiKeys() are refused: {problem}.' },
  jwt_options_invalid: { message: 'The options of jwt() are refused: {problem}.' },
  token_keys_unavailable: { status: 503, message: 'Tokens cannot be checked right now. Try again soon.' },
  token_invalid: { status: 401, message: 'The token is unknown, expired or revoked.' },
  too_many_logins: { status: 429, message: 'Too many failed logins. Try again in {seconds} s.' },
  password_parameters: { message: 'The Argon2 parameters are below the minimum of OWASP: {problems}.' },
  passwords_busy: { status: 503, message: 'Too many passwords are being checked right now. Try again soon.' },
  password_too_long: { status: 422, message: 'A password may have {limit} bytes at most.' },
})

export type SessionErrorCode =
  | 'secrets_refused'
  | 'session_missing'
  | 'session_too_large'
  | 'session_after_head'
  | 'session_public_cache'
  | 'session_key_invalid'
  | 'cookie_invalid'
  | 'csrf_cross_site'
  | 'csrf_token_missing'
  | 'csrf_session_missing'
  | 'csrf_token_invalid'
  | 'login_required'
  | 'role_required'
  | 'token_keys_unavailable'
  | 'token_invalid'
  | 'scope_required'
  | 'authorization_malformed'
  | 'realm_invalid'
  | 'login_unsupported'
  | 'api_key_options_invalid'
  | 'jwt_options_invalid'
  | 'too_many_logins'
  | 'password_parameters'
  | 'passwords_busy'
  | 'password_too_long'

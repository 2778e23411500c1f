import { defineErrors, type ErrorFactory } from '@arlen/core'

const table = {
  // The head (RFC 9112, sections 2 to 5). The connection is closed, because the start of the next request is unknown.
  request_line_invalid: { status: 400, message: 'The request line is not method SP target SP HTTP-version CRLF.' },
  target_invalid: {
    status: 400,
    message: 'The request target is malformed, or its form is not allowed for this method.',
  },
  header_invalid: { status: 400, message: 'A header field is malformed.' },
  host_invalid: { status: 400, message: 'The request must have exactly one valid Host field.' },
  framing_invalid: { status: 400, message: 'Content-Length or Transfer-Encoding is malformed, repeated or ambiguous.' },
  request_incomplete: { status: 400, message: 'The connection ended in the middle of a request.' },
  query_too_many_pairs: { status: 400, message: 'The query has more than {most} names and values.' },
  request_line_too_long: { status: 414, message: 'The request line is longer than this server accepts.' },
  headers_too_large: { status: 431, message: 'The header fields are too large or too many for this server.' },
  method_not_implemented: { status: 501, message: 'This server does not implement the request method.' },
  version_not_supported: { status: 505, message: 'This server speaks HTTP/1.1 and HTTP/1.0.' },
  expectation_failed: { status: 417, message: 'The only expectation this server can meet is 100-continue.' },
  request_timeout: { status: 408, message: 'The request did not arrive in time.' },

  // The body.
  chunk_invalid: { status: 400, message: 'The chunked body is malformed.' },
  body_too_large: { status: 413, message: 'The body is larger than this resource accepts.' },
  body_invalid: { status: 400, message: 'The body is not valid {format}.' },
  json_too_many_values: { status: 413, message: 'The JSON body has more than {most} values.' },
  json_too_deep: { status: 413, message: 'The JSON body is nested more than {most} levels deep.' },
  form_too_many_pairs: { status: 413, message: 'The form has more than {most} names and values.' },
  body_forbidden_key: { status: 400, message: 'The body contains a forbidden key.' },
  body_type_unsupported: { status: 415, message: 'The Content-Type of the body is not {expected}.' },
  body_coding_unsupported: { status: 415, message: 'The Content-Encoding of the body is not supported.' },
  body_consumed: { message: 'The body of this request was already read as {as}; read it once and keep the result.' },

  body_incomplete: { message: 'The response was sent, or the connection closed, before the body was read completely.' },
  precondition_failed: {
    status: 412,
    message: 'The resource is not in the state that the request expects.',
    traced: false,
  },
  not_acceptable: { status: 406, message: 'This resource is available as {types}.' },

  upgrade_cross_site: {
    status: 403,
    message:
      'The handshake comes from a page of another site ({evidence}). List its origin in trustedOrigins, or allow every site with c.upgrade(protocol, take, { crossSite: true }).',
  },
  redirect_invalid: { status: 400, message: 'The redirect target contains a control character.' },
  redirect_external: {
    status: 400,
    message: 'The redirect would leave this site. If that is intended, use c.redirect(url, { external: true }).',
  },

  // Capacity and lifetime.
  handler_timeout: { status: 503, message: 'The response took too long.' },
  server_overloaded: { status: 503, message: 'The server is at its limit of requests or connections.', traced: false },
  server_closing: { status: 503, message: 'The server is closing.', traced: false },
  client_disconnected: { message: 'The client closed the connection before the response was complete.' },

  // Errors of the program.
  response_missing: {
    message: 'The handler of {method} {path} returned nothing. Return a value, or c.text(), c.json(), c.html(), …',
  },
  response_unsupported: { message: 'A handler cannot return {type}.' },
  response_not_json: { message: '{route} returned {type}, which JSON cannot represent. {remedy}' },
  response_bigint_unsafe: {
    message:
      "{route} returned the BigInt {value}{where}, which a number cannot represent exactly. Convert it, or encode BigInts as text: json: { bigint: 'string' }.",
  },
  header_name_invalid: { message: 'Header name {name} is not a token (RFC 9110, section 5.6.2).' },
  header_value_invalid: {
    message:
      'The value of header {name} contains a character that must not be sent: encode everything but visible US-ASCII.',
  },
  header_reserved: { message: 'Header {name} belongs to the connection, so only the server may set it.' },
  cookie_invalid: { message: 'The cookie {name} cannot be set: {reason}.' },
  status_invalid: { message: 'Status {status} is not an integer from 200 to 599.' },
  content_length_mismatch: { message: 'The response declared {declared} bytes but has {actual}.' },
  upgrade_required: { status: 426, message: 'This resource speaks {protocol} only.' },
  event_invalid: { message: 'The {field} of an event contains a line break, which would start another field.' },
  stream_incomplete: { message: 'The response stream was consumed or destroyed before its end.' },
  file_changed: { message: 'The file {path} was changed while it was being sent.' },
  static_folder_missing: { message: 'There is no folder {dir} to serve files from.' },
}

type HttpErrorCode = keyof typeof table

/**
 * Every error that @arlen/http raises. Errors with a status are responses: 4xx if the client is at fault, 5xx if we are.
 */
export const httpError: ErrorFactory<HttpErrorCode> = defineErrors(table)

export type { HttpErrorCode }

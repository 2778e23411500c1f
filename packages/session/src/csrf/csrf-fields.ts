/** The form field and the header in which a request carries its CSRF token. */
export const CSRF_FIELD = 'csrf_token'
/** The header field that carries the CSRF token of a script's request. */
export const CSRF_HEADER = 'x-csrf-token'

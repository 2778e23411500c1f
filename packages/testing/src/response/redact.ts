const SECRET_FIELD = /^(\s*(?:authorization|proxy-authorization|cookie|x-api-key|x-csrf-token):\s*)(.+)$/gim
const SET_COOKIE = /^(\s*set-cookie:\s*[^=;\s]+=)([^;\r\n]+)/gim
const SECRET_MEMBER = /("?[\w-]*(?:password|passwd|secret|token|api_?key)[\w-]*"?\s*[:=]\s*"?)([^"&\s,;}<]+)/gi
const SECRET_INPUT = /(<input\b[^>]*\bname="?[^"\s>]*(?:password|secret|token|csrf)[^>]*\bvalue=")([^"]*)/gi

/** Takes the values of what is named like a secret out of a text for people. */
export function redactText(text: string): string {
  return text
    .replace(SECRET_FIELD, '$1[redacted]')
    .replace(SET_COOKIE, '$1[redacted]')
    .replace(SECRET_INPUT, '$1[redacted]')
    .replace(SECRET_MEMBER, '$1[redacted]')
}

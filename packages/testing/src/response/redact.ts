import { isSecretName, REDACTED } from '@arlen/core/secrets'

const FIELD = /^([ \t]*)([\w-]+)(:[ \t]*)(\S.*)$/gm
const SET_COOKIE = /^([ \t]*set-cookie:[ \t]*[^=;\s]+=)([^;\r\n]+)/gim
/** The beginning of `"name":"value"`, escaped as often as JSON inside JSON is. */
const MEMBER = /(?<!\\)(\\*")([\w-]+)\1\s*:\s*\1/g
const PAIR = /\b([\w-]+)(=)([^&\s"';<>]+)/g
const CONTROL = /(<input\b[^>]*\bname="([^"]*)"[^>]*\bvalue=")([^"]*)/gi

/** Redacts the values of secret names in a text for people. */
export function redactText(text: string): string {
  return withoutMembers(text)
    .replace(SET_COOKIE, `$1${REDACTED}`)
    .replace(FIELD, (all, indent: string, name: string, colon: string) =>
      isSecretName(name) && name.toLowerCase() !== 'set-cookie' ? indent + name + colon + REDACTED : all,
    )
    .replace(CONTROL, (all, before: string, name: string) => (isSecretName(name) ? before + REDACTED : all))
    .replace(PAIR, (all, name: string, equals: string) => (isSecretName(name) ? name + equals + REDACTED : all))
}

function withoutMembers(text: string): string {
  let clean = ''
  let at = 0
  for (const { 0: start, 1: quote = '', 2: name = '', index } of text.matchAll(MEMBER)) {
    if (index < at || !isSecretName(name)) continue
    const end = text.indexOf(quote, index + start.length)
    clean += text.slice(at, index) + start + REDACTED
    at = end < 0 ? text.length : end
  }
  return clean + text.slice(at)
}

/** What is printed instead of an address that would run a script. */
export const UNSAFE_URL = 'about:invalid#unsafe'

const SCRIPT_URL = /^(?:javascript|vbscript|data(?!:image\/(?!svg)))\s*:/i
const SCRIPT_SCHEMES = ['javascript', 'vbscript', 'data']

/** The address as browsers read it: they ignore control characters before it, and tabs and line breaks in it (WHATWG URL, section 4.4). */
function withoutIgnored(url: string): string {
  return url.replace(/^[\u0000-\u0020]+/, '').replace(/[\t\n\r]/g, '')
}

/** Whether a browser would run something at this address. */
export function isScriptUrl(url: string): boolean {
  return SCRIPT_URL.test(withoutIgnored(url))
}

/** The address, or one that does nothing. */
export function safeUrl(url: string): string {
  return isScriptUrl(url) ? UNSAFE_URL : url
}

/** The addresses in a list separated by spaces, commas or semicolons, or one that does nothing if one of them runs something. */
export function safeUrlList(urls: string): string {
  return [urls, ...urls.split(/[;,\s]+/)].some(isScriptUrl) ? UNSAFE_URL : urls
}

/** A later part of an address: together with what came before it, it cannot be the scheme of a script. */
export function safeUrlRest(part: string): string {
  const colon = part.search(/[:/?#]/)
  if (part[colon] !== ':') return part
  const head = withoutIgnored(part.slice(0, colon)).trimEnd().toLowerCase()
  return SCRIPT_SCHEMES.some(scheme => scheme.endsWith(head))
    ? `${part.slice(0, colon)}%3A${part.slice(colon + 1)}`
    : part
}

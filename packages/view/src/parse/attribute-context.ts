import { type Place, PRINTED } from './output-context.ts'

/** Attributes that hold an address. */
const URLS = new Set([
  ...['href', 'src', 'action', 'formaction', 'data', 'poster', 'background', 'cite', 'manifest', 'xlink:href'],
])
/** Elements of SVG that set an attribute, which may be an address, and where they have its values. */
const ANIMATIONS = new Set(['animate', 'set'])
const ANIMATED = new Set(['to', 'from', 'by', 'values'])
/** Where the address begins in `<meta http-equiv="refresh" content="0; url=…">`. */
const REFRESH = /\burl\s*=\s*['"]?$/i

/** A place in the value of an attribute. Names are in lower case. */
export interface AttributePlace {
  tag: string
  name: string
  /** What has been read of the value, with {@link PRINTED} for each printed value. */
  before: string
  /** In an event handler: whether it is in a string. */
  isInString: boolean
  /** What follows in it. */
  next: string
}

/** The context of a value printed in an attribute in quotes. */
export function attributeContext({ tag, name, before, isInString, next }: AttributePlace): Place {
  if (name.startsWith('on')) return isInString ? 'handler string' : 'handler'
  if (name === 'style') return 'css'
  if (name === 'srcdoc') return 'srcdoc'
  if (name === 'ping' || (ANIMATIONS.has(tag) && ANIMATED.has(name))) return 'url list'
  if (tag === 'meta' && name === 'content' && REFRESH.test(before.trimEnd())) return 'url'
  return URLS.has(name) ? urlContext(before, next) : 'attribute'
}

/** The code in a piece of an event handler, as far as quotes matter. */
export function decodeQuotes(text: string): string {
  return text.replace(/&(?:quot|#34);/g, '"').replace(/&(?:apos|#39);/g, "'")
}

/** Whether the attribute of some element holds addresses. */
export function holdsUrls(name: string): boolean {
  return URLS.has(name) || ANIMATED.has(name) || name === 'ping'
}

function urlContext(before: string, next: string): Place {
  // Browsers ignore what is before a scheme, and line breaks in it (WHATWG URL, section 4.4).
  const begun = before.replace(/^[\u0000-\u0020]+/, '').replace(/[\t\n\r]/g, '')
  if (/^(?:java|vb)script:/i.test(begun)) return 'script url'
  if (/[:/?#]/.test(begun)) return 'attribute'
  if (begun !== '') return 'url rest'
  return /^[^/?#]*:/.test(next) && !next.startsWith(PRINTED) ? 'url scheme' : 'url'
}

import type { HttpRequest } from '../request.ts'

/** Identifies one state of a representation (RFC 9110, section 8.8). */
export interface Validators {
  /** Quoted, with the prefix `W/` if it is weak. */
  etag?: string | undefined
  /** Milliseconds since the epoch, in whole seconds: the precision of an HTTP date. */
  modified?: number | undefined
}

const CONDITIONAL = /\r\nif-(?:match|none-match|modified-since|unmodified-since):/i

/** Whether a request has any precondition. */
export function isConditional(req: HttpRequest): boolean {
  return CONDITIONAL.test(req._head)
}

/**
 * Evaluates the preconditions of a request in the order of RFC 9110, section 13.2.2. Without a tag, no list of tags
 * matches; without a date, date preconditions are ignored.
 *
 * @returns 412 or 304 if a precondition decides the response, 200 if the request proceeds
 */
export function evaluateConditions(req: HttpRequest, { etag, modified }: Validators): 200 | 304 | 412 {
  const ifMatch = req.header('if-match')
  if (ifMatch !== undefined) {
    if (!matches(ifMatch, etag, isSameStrongly)) return 412
  } else {
    const since = parseDate(req.header('if-unmodified-since'))
    if (since !== undefined && modified !== undefined && modified > since) return 412
  }
  // "Not modified" is for reads; for any other method, the condition failed.
  const reads = req.method === 'GET' || req.method === 'HEAD'
  const ifNoneMatch = req.header('if-none-match')
  if (ifNoneMatch !== undefined) {
    if (!matches(ifNoneMatch, etag, isSameWeakly)) return 200
    return reads ? 304 : 412
  }
  if (!reads) return 200
  const since = parseDate(req.header('if-modified-since'))
  return since !== undefined && modified !== undefined && modified <= since ? 304 : 200
}

/** Whether a range of this state may be sent (RFC 9110, section 13.1.5): only if nothing has changed. */
export function allowsRange(req: HttpRequest, { etag, modified }: Validators): boolean {
  const ifRange = req.header('if-range')
  if (ifRange === undefined) return true
  if (ifRange.startsWith('"') || ifRange.startsWith('W/')) return isSameStrongly(ifRange.trim(), etag ?? '')
  return modified !== undefined && parseDate(ifRange) === modified
}

function matches(field: string, etag: string | undefined, isSame: (a: string, b: string) => boolean): boolean {
  if (field.trim() === '*') return true
  if (etag === undefined) return false
  // Entity tags can contain commas, so they are matched rather than split.
  for (const [tag] of field.matchAll(/(?:W\/)?"[^"]*"/g)) if (isSame(tag, etag)) return true
  return false
}

function isSameStrongly(a: string, b: string): boolean {
  return a === b && !a.startsWith('W/')
}

function isSameWeakly(a: string, b: string): boolean {
  return opaque(a) === opaque(b)
}

/** Ignores weakness and the content-coding suffix that `compress` adds: the same content, as a cache sees it. */
function opaque(tag: string): string {
  return tag.replace(/^W\//, '').replace(/-(?:br|zstd|gzip)"$/, '"')
}

const IMF_DATE =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d{2}:\d{2}:\d{2} GMT$/

/** The formats of asctime and RFC 850, which are obsolete but which every recipient must read. */
const OLD_DATE = /^(?:\w{6,9}, \d{2}-\w{3}-\d{2} \d{2}:\d{2}:\d{2} GMT|\w{3} \w{3} [ \d]\d \d{2}:\d{2}:\d{2} \d{4})$/

/** An HTTP-date (RFC 9110, section 5.6.7); an invalid one is ignored (section 13.1.3). */
export function parseDate(field: string | undefined): number | undefined {
  if (field === undefined || !(IMF_DATE.test(field) || OLD_DATE.test(field))) return undefined
  const time = Date.parse(field.endsWith('GMT') ? field : `${field} GMT`)
  return Number.isNaN(time) ? undefined : time
}

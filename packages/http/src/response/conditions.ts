import type { HttpRequest } from '../request.ts'

/** What distinguishes one state of a representation from another (RFC 9110, section 8.8). */
export interface Validators {
  /** Quoted, with `W/` in front where it is weak. */
  etag?: string | undefined
  /** Milliseconds since the epoch, whole seconds: what an HTTP date can say. */
  modified?: number | undefined
}

const CONDITIONAL = /\r\nif-(?:match|none-match|modified-since|unmodified-since):/i

/** Whether a request has a precondition at all. */
export function isConditional(req: HttpRequest): boolean {
  return CONDITIONAL.test(req._head)
}

/**
 * Evaluates the preconditions of a request in the order of RFC 9110, section 13.2.2. Without a tag no list of tags matches;
 * without a date the fields with dates do not count.
 *
 * @returns 412 or 304 where a precondition decides the response, 200 where the request goes on.
 */
export function evaluateConditions(req: HttpRequest, { etag, modified }: Validators): 200 | 304 | 412 {
  const ifMatch = req.header('if-match')
  if (ifMatch !== undefined) {
    if (!matches(ifMatch, etag, isSameStrongly)) return 412
  } else {
    const since = parseDate(req.header('if-unmodified-since'))
    if (since !== undefined && modified !== undefined && modified > since) return 412
  }
  // "Not modified" answers those who would read; anyone who would do something else is told that the condition failed.
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

/** Whether a range may be taken from this state (RFC 9110, section 13.1.5): only if nothing at all has changed. */
export function allowsRange(req: HttpRequest, { etag, modified }: Validators): boolean {
  const ifRange = req.header('if-range')
  if (ifRange === undefined) return true
  if (ifRange.startsWith('"') || ifRange.startsWith('W/')) return isSameStrongly(ifRange.trim(), etag ?? '')
  return modified !== undefined && parseDate(ifRange) === modified
}

function matches(field: string, etag: string | undefined, isSame: (a: string, b: string) => boolean): boolean {
  if (field.trim() === '*') return true
  if (etag === undefined) return false
  // Entity tags hold commas, so they are found and not split.
  for (const [tag] of field.matchAll(/(?:W\/)?"[^"]*"/g)) if (isSame(tag, etag)) return true
  return false
}

function isSameStrongly(a: string, b: string): boolean {
  return a === b && !a.startsWith('W/')
}

function isSameWeakly(a: string, b: string): boolean {
  return opaque(a) === opaque(b)
}

/** Without weakness, and without the content coding that `compress` adds: the same content, as a cache sees it. */
function opaque(tag: string): string {
  return tag.replace(/^W\//, '').replace(/-(?:br|zstd|gzip)"$/, '"')
}

const IMF_DATE =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d{2}:\d{2}:\d{2} GMT$/

/** The formats of asctime and RFC 850, which nobody sends any more and every recipient must read. */
const OLD_DATE = /^(?:\w{6,9}, \d{2}-\w{3}-\d{2} \d{2}:\d{2}:\d{2} GMT|\w{3} \w{3} [ \d]\d \d{2}:\d{2}:\d{2} \d{4})$/

/** An HTTP-date (RFC 9110, section 5.6.7); a field with anything else in it is as good as none (section 13.1.3). */
export function parseDate(field: string | undefined): number | undefined {
  if (field === undefined || !(IMF_DATE.test(field) || OLD_DATE.test(field))) return undefined
  const time = Date.parse(field.endsWith('GMT') ? field : `${field} GMT`)
  return Number.isNaN(time) ? undefined : time
}

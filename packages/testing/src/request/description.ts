import type { OutgoingBody } from './body.ts'

/** A request as a test has described it. */
export interface RequestDescription {
  method: string
  /** Path and query, as on the request line. */
  target: string
  /** In order; a later field of the same name does not replace an earlier one. */
  fields: [name: string, value: string][]
  body: OutgoingBody | Promise<OutgoingBody> | undefined
  timeoutMs: number
  /** Time limit of the handler, if the test sets one. */
  handlerTimeoutMs?: number
  /** The user to log in with it. */
  as?: unknown
  /** How many redirects to follow. */
  redirects: number
}

/** A request, as far as it has been described. */
export interface DescribedRequest {
  readonly description: RequestDescription
}

/** Hop-by-hop and message fields that follow from the body. */
export function hasField(fields: readonly [string, string][], name: string): boolean {
  for (const [known] of fields) if (known.length === name.length && known.toLowerCase() === name) return true
  return false
}

/** Replaces every field with that name; undefined only removes them. */
export function setField(fields: [string, string][], name: string, value: string | undefined): void {
  const lower = name.toLowerCase()
  for (let i = fields.length - 1; i >= 0; i--) if (fields[i]![0].toLowerCase() === lower) fields.splice(i, 1)
  if (value !== undefined) fields.push([name, value])
}

/** Adds to the query of a target, which may already have one. */
export function withQuery(target: string, query: string): string {
  if (query === '') return target
  return target + (target.includes('?') ? '&' : '?') + query
}

/** The bytes of the head of a request. */
export function headText(request: RequestDescription, host: string, extra: string): string {
  const { method, target, fields } = request
  let text = `${method} ${target} HTTP/1.1\r\n`
  if (!hasField(fields, 'host')) text += `Host: ${host}\r\n`
  for (const [name, value] of fields) text += `${name}: ${value}\r\n`
  return `${text}${extra}\r\n`
}

import type { OutgoingBody } from './body.ts'

/** A request as a test has described it. */
export interface RequestDescription {
  method: string
  /** Path and query, as they go onto the request line. */
  target: string
  /** In their order; a later field of the same name does not replace an earlier one. */
  fields: [name: string, value: string][]
  body: OutgoingBody | Promise<OutgoingBody> | undefined
  timeoutMs: number
  /** How long the handler may take, where the test says so. */
  handlerTimeoutMs?: number
  /** Whom the request is to be from. */
  as?: unknown
  /** How many redirects to follow. */
  redirects: number
}

/** A request, as far as it was described. */
export interface DescribedRequest {
  readonly description: RequestDescription
}

/** Hop-by-hop and message fields that follow from the body. */
export function hasField(fields: readonly [string, string][], name: string): boolean {
  for (const [known] of fields) if (known.length === name.length && known.toLowerCase() === name) return true
  return false
}

/** Replaces every field of that name; undefined only removes. */
export function setField(fields: [string, string][], name: string, value: string | undefined): void {
  const lower = name.toLowerCase()
  for (let i = fields.length - 1; i >= 0; i--) if (fields[i]![0].toLowerCase() === lower) fields.splice(i, 1)
  if (value !== undefined) fields.push([name, value])
}

/** Adds to the query of a target, which may have one. */
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

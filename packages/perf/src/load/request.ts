import { invalidOption, type OptionTable, option, readOptions } from '@arlen/core/options'

/** One request of a scenario. A text is the path of a GET. */
export type ScenarioRequest = string | RequestDescription

/** A request, and what its answer must be. */
export interface RequestDescription {
  /** With its query. */
  path: string
  /** Default: POST with a body, else GET. */
  method?: string | undefined
  headers?: Readonly<Record<string, string>> | undefined
  /** Sent as `application/x-www-form-urlencoded`. */
  form?: Readonly<Record<string, string>> | undefined
  /** Sent as JSON. */
  json?: unknown
  /** The status of the answer. Default 200. */
  status?: number | undefined
  /** A text that the body must contain. */
  contains?: string | undefined
  /**
   * How an answer is checked: `bytes` compares it with the first, leaving aside header fields such as Date; `status` is for
   * bodies that change with every answer: their status and their framing are checked, and `contains` the first time. Default `bytes`.
   */
  check?: 'bytes' | 'status' | undefined
}

/** A request as it goes over the wire. */
export interface WireRequest {
  method: string
  path: string
  headers: [name: string, value: string][]
  body: string
  status: number
  contains: string | undefined
  check: 'bytes' | 'status'
}

/** How the error begins where a server does not answer any more. */
export const SILENCE = 'no answer came within'

/** The options of a request. */
export const REQUEST: OptionTable<RequestDescription> = {
  path: option.required(option.text),
  method: option.text,
  headers: option.recordOf(option.string),
  form: option.recordOf(option.string),
  json: option.any,
  status: option.integer(100, 599),
  contains: option.text,
  check: option.oneOf('bytes', 'status'),
}

/** A request that can be sent. The owner is who has been given it, for errors. */
export function checkRequest(owner: string, given: ScenarioRequest): RequestDescription {
  const request: RequestDescription = typeof given === 'string' ? { path: given } : readOptions(owner, given, REQUEST)
  const { path, json, form } = request
  if (!path.startsWith('/'))
    throw invalidOption(owner, 'path', `must begin with a slash, not be ${JSON.stringify(path)}`)
  if (json !== undefined && form !== undefined)
    throw invalidOption(owner, 'form', 'cannot stand beside json: a request has one body')
  return request
}

/**
 * Everything that a description leaves open is decided.
 *
 * @throws ArlenError option_unknown, option_invalid
 */
export function wireRequest(given: ScenarioRequest): WireRequest {
  const request = checkRequest('wireRequest()', given)
  const [type, body] = bodyOf(request)
  const headers: [string, string][] = [
    ['Host', '127.0.0.1'],
    ['Accept', '*/*'],
  ]
  for (const [name, value] of Object.entries(request.headers ?? {})) {
    const at = headers.findIndex(([known]) => known.toLowerCase() === name.toLowerCase())
    if (at >= 0) headers[at] = [name, value]
    else headers.push([name, value])
  }
  if (type !== undefined) headers.push(['Content-Type', type], ['Content-Length', String(Buffer.byteLength(body))])
  return {
    method: request.method ?? (type === undefined ? 'GET' : 'POST'),
    path: request.path,
    headers,
    body,
    status: request.status ?? 200,
    contains: request.contains,
    check: request.check ?? 'bytes',
  }
}

function bodyOf({ form, json }: RequestDescription): [type: string | undefined, body: string] {
  if (json !== undefined) return ['application/json', JSON.stringify(json)]
  if (form !== undefined) return ['application/x-www-form-urlencoded', new URLSearchParams(form).toString()]
  return [undefined, '']
}

/** The bytes of a request, with the cookies that earlier answers have set. */
export function bytesOf({ method, path, headers, body }: WireRequest, cookies: ReadonlyMap<string, string>): Buffer {
  const fields = [...headers]
  if (cookies.size > 0) fields.push(['Cookie', [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')])
  const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  return Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines}\r\n${body}`)
}

/** As a message names it. */
export function nameOf({ method, path }: Pick<WireRequest, 'method' | 'path'>): string {
  return `${method} ${path}`
}

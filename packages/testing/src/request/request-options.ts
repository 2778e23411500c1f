import { type OptionTable, option } from '@arlen/core/options'
import type { FormFields, MultipartFields } from './body.ts'

/** The parts of a request besides its method and path; each has a method of the same name. */
export interface RequestOptions {
  query?: QueryParams
  headers?: Readonly<Record<string, string | readonly string[] | undefined>>
  json?: unknown
  form?: FormFields | URLSearchParams
  multipart?: MultipartFields | FormData
  body?: string | Uint8Array | AsyncIterable<Uint8Array | string>
  auth?: Credentials
  accept?: string
  timeoutMs?: number
  redirects?: number | boolean
}

export const OPTIONS: OptionTable<RequestOptions> = {
  query: option.any,
  headers: option.object,
  json: option.any,
  form: option.any,
  multipart: option.any,
  body: option.any,
  auth: option.any,
  accept: option.string,
  timeoutMs: option.durationMs(1),
  redirects: option.any,
}

/** The query of a request. */
export type QueryParams =
  | Readonly<Record<string, string | number | boolean | readonly (string | number)[] | undefined>>
  | URLSearchParams
  | string

/** A bearer token, or name and password. */
export type Credentials = string | { bearer: string } | { user: string; password: string }

/** The values of Accept by their short names. */
export const ACCEPT: Readonly<Record<string, string>> = {
  html: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
  json: 'application/json',
  problem: 'application/problem+json',
  text: 'text/plain',
  events: 'text/event-stream',
}

/** The limit of browsers: 20, according to the Fetch standard. */
export const MOST_REDIRECTS = 20

/** The value of `Authorization`. */
export function authorizationOf(credentials: Credentials): string {
  if (typeof credentials === 'string') return `Bearer ${credentials}`
  if ('bearer' in credentials) return `Bearer ${credentials.bearer}`
  const { user, password } = credentials
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
}

/** The query as it goes into a URL, without the question mark. */
export function encodeQuery(params: QueryParams): string {
  if (typeof params === 'string') return params.replace(/^\?/, '')
  if (params instanceof URLSearchParams) return params.toString()
  const list = new URLSearchParams()
  for (const [name, value] of Object.entries(params)) {
    for (const each of Array.isArray(value) ? (value as readonly unknown[]) : [value]) {
      if (each !== undefined) list.append(name, String(each))
    }
  }
  return list.toString()
}

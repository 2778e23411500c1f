import { type OptionTable, option, readOptions } from '@arlen/core/options'
import { securityError } from '../errors.ts'

/** Options of {@link cors}. */
export interface CorsOptions {
  /** Exact origins, such as `https://app.example`, or `*` for all, which cannot be combined with credentials. */
  origins: readonly string[] | '*'
  /** Whether pages of these origins may send cookies and read the response. Default false. */
  credentials?: boolean
  /** Allowed methods besides GET, HEAD and POST. Default `PUT, PATCH, DELETE`. */
  methods?: readonly string[]
  /** Allowed request headers. Default `content-type, authorization, x-csrf-token`. */
  headers?: readonly string[]
  /** Response headers that scripts may read. */
  exposed?: readonly string[]
  /** How long browsers may cache a preflight response, in seconds. Default 600. */
  maxAge?: number
}

const OPTIONS: OptionTable<CorsOptions> = {
  origins: option.required(option.either(option.listOf(option.string), option.oneOf('*'))),
  credentials: option.boolean,
  methods: option.listOf(option.string),
  headers: option.listOf(option.string),
  exposed: option.listOf(option.string),
  maxAge: option.any,
}

/** Headers to add to a response: name and value. */
export type Fields = readonly (readonly [name: string, value: string])[]

/** The server side of the Fetch standard's CORS protocol (section 3.3), precomputed. */
export interface CorsPolicy {
  /** Headers of an actual response; empty if the origin is not allowed. */
  actual(origin: string): Fields
  /** Headers of a preflight response. */
  preflight(origin: string): Fields
  /** The Vary fields, whether allowed or not: caches must not serve one origin's response to another. */
  readonly vary: string | undefined
}

/** @throws ArlenError `cors_invalid`. */
export function corsPolicy(given: CorsOptions): CorsPolicy {
  const options = readOptions('cors()', given, OPTIONS)
  const { origins, credentials = false, exposed = [], maxAge = 600 } = options
  const methods = options.methods ?? ['PUT', 'PATCH', 'DELETE']
  const headers = options.headers ?? ['content-type', 'authorization', 'x-csrf-token']
  const refuse = (problem: string) => securityError('cors_invalid', { problem })
  if (origins === '*' && credentials) throw refuse('credentials cannot go to every origin (*): list the origins')
  for (const name of [...methods, ...headers, ...exposed]) {
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) throw refuse(`${JSON.stringify(name)} is no token`)
    if (name === '*' && credentials) throw refuse('with credentials, * is a name and no wildcard')
  }
  if (!Number.isSafeInteger(maxAge) || maxAge < 0) throw refuse('maxAge must be a whole number of seconds')
  const allowed = origins === '*' ? undefined : new Set(origins.map(origin => checkOrigin(origin, refuse)))

  const shared: [string, string][] = credentials ? [['Access-Control-Allow-Credentials', 'true']] : []
  const actual: [string, string][] =
    exposed.length > 0 ? [...shared, ['Access-Control-Expose-Headers', exposed.join(', ')]] : shared
  const preflight: [string, string][] = [
    ...shared,
    ['Access-Control-Allow-Methods', methods.join(', ')],
    ['Access-Control-Allow-Headers', headers.join(', ')],
    ['Access-Control-Max-Age', String(maxAge)],
  ]
  const fieldsFor = (rest: [string, string][]) => (origin: string) => {
    if (allowed === undefined) return [['Access-Control-Allow-Origin', '*'] as const, ...rest]
    return allowed.has(origin) ? [['Access-Control-Allow-Origin', origin] as const, ...rest] : []
  }
  return {
    actual: fieldsFor(actual),
    preflight: fieldsFor(preflight),
    vary: allowed === undefined ? undefined : 'Origin',
  }
}

/** An origin as browsers serialize it (HTML, section 7.1.1). Any other spelling would never match. */
function checkOrigin(origin: string, refuse: (problem: string) => Error): string {
  const parsed = URL.canParse(origin) ? new URL(origin).origin : undefined
  if (parsed === undefined || parsed === 'null') throw refuse(`${JSON.stringify(origin)} is no origin`)
  if (parsed !== origin) throw refuse(`${JSON.stringify(origin)} must be written ${JSON.stringify(parsed)}`)
  return origin
}

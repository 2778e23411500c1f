import { type OptionTable, option, readOptions } from '@arlen/core/options'
import { routerError } from '../errors.ts'
import { matchTokens } from '../pattern/fit-segment.ts'
import type { UrlValue } from '../pattern/path-params.ts'
import type { Pattern, Segment, Token } from '../pattern/segment.ts'
import { climbs } from './decode.ts'

type QueryValue = UrlValue | null | undefined

/** `null` and `undefined` are left out. A list repeats the name. */
export type Query = Readonly<Record<string, QueryValue | readonly QueryValue[]>>

/** Options of a URL besides parameters and query. */
export interface UrlOptions {
  /** One of the route's formats, added as a suffix. */
  format?: string
  /** Without the `#`. */
  fragment?: string
}

/** What URLs need of a route. */
export interface UrlRoute {
  readonly pattern: Pattern
  readonly formats: readonly string[]
  /** For messages. */
  toString(): string
}

const OPTIONS: OptionTable<UrlOptions> = { format: option.string, fragment: option.string }

const NO_OPTIONS: UrlOptions = {}

type Values = Readonly<Record<string, UrlValue | undefined>>

/**
 * A URL that a route matches, encoded, with its query.
 *
 * @throws url_param_missing, url_param_invalid, option_unknown, option_invalid
 */
export function renderUrl(route: UrlRoute, values: Values, query: Query = {}, given: UrlOptions = NO_OPTIONS): string {
  const options = given === NO_OPTIONS ? given : readOptions('the URL', given, OPTIONS)
  const { segments, optional, trailingSlash } = route.pattern
  let path = ''
  for (const [i, segment] of segments.entries()) {
    const token = segment[0]!
    if (optional && i === segments.length - 1 && token.kind !== 'text' && values[token.name] === undefined) break
    path += `/${renderSegment(route, segment, values)}`
  }
  if (trailingSlash) path += '/'
  if (options.format !== undefined) path += suffix(route, options.format)
  return `${path || '/'}${renderQuery(query)}${options.fragment ? `#${encodeURIComponent(options.fragment)}` : ''}`
}

function suffix(route: UrlRoute, format: string): string {
  if (route.formats.includes(format) && route.pattern.segments.length > 0) return `.${format}`
  const problem = `it has ${route.formats.length > 0 ? route.formats.join(', ') : 'no formats'}`
  throw routerError('url_param_invalid', { route, value: format, name: 'the format', problem })
}

function renderSegment(route: UrlRoute, segment: Segment, values: Values): string {
  const texts = segment.map(token => textOfToken(route, token, values))
  const whole = texts.join('')
  const refuse = (problem: string): never => {
    const names = segment.flatMap(token => (token.kind === 'text' ? [] : [token.name])).join(' and ')
    throw routerError('url_param_invalid', { route, value: JSON.stringify(whole), name: names, problem })
  }
  const wildcard = segment[0]!.kind === 'wildcard'
  const parts = wildcard ? whole.split('/') : [whole]
  // Browsers resolve `.` and `..` even if they are encoded.
  if (parts.some(part => part === '.' || part === '..')) refuse('a client would resolve it as a relative path')
  if (wildcard && parts.includes('')) refuse('a wildcard has no empty segments')
  if (wildcard && climbs(whole)) refuse('a wildcard cannot contain a segment ..')
  if (segment.length > 1 && !reads(segment, texts)) refuse('it would be read back as something else')
  try {
    return parts.map(encodeURIComponent).join('/')
  } catch {
    return refuse('it is not well-formed Unicode')
  }
}

function textOfToken(route: UrlRoute, token: Token, values: Values): string {
  if (token.kind === 'text') return token.text
  const { name, constraint } = token
  const value = Object.hasOwn(values, name) ? values[name] : undefined
  const text = value === undefined || value === null ? '' : String(value)
  if (text === '') throw routerError('url_param_missing', { route, name })
  if (constraint?.test(text) !== false) return text
  throw routerError('url_param_invalid', {
    route,
    value: JSON.stringify(text),
    name,
    problem: `it is not ${constraint.name}`,
  })
}

/** Whether matching a segment of several placeholders gives back the texts it was made of. */
function reads(segment: Segment, texts: readonly string[]): boolean {
  const whole = texts.join('')
  const found = matchTokens(segment, whole, false)
  return found !== undefined && segment.every((_, i) => texts[i] === found[i])
}

function renderQuery(query: Query): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? (value as QueryValue[]) : [value as QueryValue]) {
      if (one !== undefined && one !== null) search.append(name, String(one))
    }
  }
  return search.size > 0 ? `?${search}` : ''
}

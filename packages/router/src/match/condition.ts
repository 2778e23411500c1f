import type { Constraint } from '../pattern/constraint.ts'
import { matchHost, parseHost } from '../pattern/host-pattern.ts'

/** What conditions see of a request. `c.req` of @arlen/http has it. */
export interface MatchRequest {
  /** The requested host, with or without a port. */
  readonly host?: string | undefined
  /** Without the question mark. Used for `?format=` and `?_method=`. */
  readonly rawQuery?: string | undefined
  /** Called with lower-case names. */
  header?(name: string): string | null | undefined
}

/** Whether a route matches, from the request and the decoded parameters. Must be synchronous. */
export type ConditionTest = (request: MatchRequest, params: Readonly<Record<string, string>>) => boolean

/** The test of a registered condition. `argument` is the value that the route's `when` has under its name. */
export type NamedConditionTest<A = unknown> = (
  request: MatchRequest,
  argument: A,
  params: Readonly<Record<string, string>>,
) => boolean

/** The conditions of a route, which must all hold. Declare the types of registered ones by merging into this interface. */
export interface Conditions {
  /** `shop.example.com`. Labels may be placeholders, which become parameters: `:tenant.example.com`, `*sub.example.com`. */
  host?: string
  /** Each field must equal the string, match the expression, or (`true`) be present. */
  header?: Readonly<Record<string, string | RegExp | true>>
  /** Media type of the body, or several: `application/json`, `image/*`. */
  contentType?: string | readonly string[]
  /** The requested format: the path's suffix (see `formats`), or else `?format=`. */
  format?: string | readonly string[]
  test?: ConditionTest
}

/** The option `when`: conditions, a test, or several of both; all must hold. */
export type When = Conditions | ConditionTest | readonly (Conditions | ConditionTest)[]

/** A condition of a route, compiled. */
export interface Condition {
  readonly name: string
  /** As `explain` shows it. */
  readonly text: string
  /** Equal for conditions that hold for the same requests; undefined if that cannot be known. */
  readonly key: string | undefined
  /** The parameters that it adds. */
  readonly names: readonly string[]
  test(request: MatchRequest, params: Record<string, string>, format: string | undefined): unknown
  /** What the request has instead. */
  actual(request: MatchRequest, format: string | undefined): string
}

/** Returns the condition, or what is wrong, completing the sentence "The condition host …". */
type Compile = (argument: unknown, types: ReadonlyMap<string, Constraint>) => Omit<Condition, 'name'> | string

const BUILT_IN: Readonly<Record<string, Compile>> = { host, header, contentType, format, test: compileFunction }

export const BUILT_IN_CONDITIONS: readonly string[] = Object.keys(BUILT_IN)

/** @returns the condition, or what is wrong with it; undefined if no condition has that name */
export function compileCondition(
  name: string,
  argument: unknown,
  types: ReadonlyMap<string, Constraint>,
  named: ReadonlyMap<string, NamedConditionTest>,
): Condition | string | undefined {
  const test = named.get(name)
  const compile = Object.hasOwn(BUILT_IN, name) ? BUILT_IN[name] : undefined
  const condition = test ? compileNamed(test, argument) : compile?.(argument, types)
  return typeof condition === 'object' ? { name, ...condition } : condition
}

function compileFunction(test: unknown): Omit<Condition, 'name'> | string {
  if (typeof test !== 'function') return 'must be a function'
  if (isAsync(test)) return 'is an async function; a condition decides at once, what must wait is a guard (`under`)'
  return {
    text: test.name && test.name !== 'test' ? `function ${test.name}` : 'a function',
    key: undefined,
    names: [],
    test: (request, params) => test(request, params),
    actual: () => 'it gave false',
  }
}

function compileNamed(test: NamedConditionTest, argument: unknown): Omit<Condition, 'name'> | string {
  return {
    text: JSON.stringify(argument) ?? String(argument),
    key: undefined,
    names: [],
    test: (request, params) => test(request, argument, params),
    actual: () => 'it gave false',
  }
}

function isAsync(value: object): boolean {
  return Object.prototype.toString.call(value) === '[object AsyncFunction]'
}

function host(argument: unknown, types: ReadonlyMap<string, Constraint>): Omit<Condition, 'name'> | string {
  if (typeof argument !== 'string') return 'must be a host name such as :tenant.example.com'
  const pattern = parseHost(argument, types)
  if (typeof pattern === 'string') return pattern
  return {
    text: argument,
    key: argument.toLowerCase(),
    names: pattern.names,
    test: (request, params) => request.host !== undefined && matchHost(pattern, request.host, params),
    actual: request => `the host is ${request.host ?? 'not given'}`,
  }
}

function header(argument: unknown): Omit<Condition, 'name'> | string {
  if (typeof argument !== 'object' || argument === null) return 'must be an object of header fields'
  const fields = Object.entries(argument).map(([field, wanted]) => [field.toLowerCase(), wanted as unknown] as const)
  if (fields.length === 0) return 'names no header field'
  const wrong = fields.find(
    ([, wanted]) => !(wanted === true || typeof wanted === 'string' || wanted instanceof RegExp),
  )
  if (wrong) return `wants ${wrong[0]} to be something other than a text, a regular expression or true`
  const text = fields.map(([field, wanted]) => (wanted === true ? field : `${field}: ${wanted}`)).join(', ')
  return {
    text,
    key: text,
    names: [],
    test: request => fields.every(([field, wanted]) => fits(request.header?.(field), wanted)),
    actual: request =>
      fields.map(([field]) => `${field} is ${JSON.stringify(request.header?.(field) ?? null)}`).join(', '),
  }
}

function fits(value: string | null | undefined, wanted: unknown): boolean {
  if (value === undefined || value === null) return false
  if (wanted instanceof RegExp) return value.search(wanted) !== -1
  return wanted === true || value === wanted
}

function contentType(argument: unknown): Omit<Condition, 'name'> | string {
  const types = toList(argument)
  if (!types?.every(type => /^[^\s/;]+\/[^\s/;]+$/.test(type))) return 'must be a media type such as application/json'
  const wanted = types.map(type => type.toLowerCase())
  return {
    text: wanted.join(' or '),
    key: wanted.join(),
    names: [],
    test: request => {
      const actual = (request.header?.('content-type') ?? '').replace(/;.*/s, '').trim().toLowerCase()
      return wanted.some(type => isWithin(actual, type))
    },
    actual: request => `the content type is ${request.header?.('content-type') ?? 'not given'}`,
  }
}

function isWithin(type: string, range: string): boolean {
  return range.endsWith('/*') ? type.startsWith(range.slice(0, -1)) : type === range
}

function format(argument: unknown): Omit<Condition, 'name'> | string {
  const formats = toList(argument)
  if (!formats) return 'must be a format such as json, or a list of them'
  return {
    text: formats.join(' or '),
    key: formats.join(),
    names: [],
    test: (request, _params, suffix) => {
      const asked = suffix ?? askedFormat(request)
      return asked !== undefined && formats.includes(asked)
    },
    actual: (request, suffix) => `the format asked for is ${suffix ?? askedFormat(request) ?? 'not given'}`,
  }
}

function askedFormat({ rawQuery }: MatchRequest): string | undefined {
  return rawQuery ? (new URLSearchParams(rawQuery).get('format') ?? undefined) : undefined
}

function toList(argument: unknown): readonly string[] | undefined {
  const list = typeof argument === 'string' ? [argument] : argument
  return Array.isArray(list) && list.length > 0 && list.every(one => typeof one === 'string') ? list : undefined
}

import type { Readable } from 'node:stream'
import { invalidOption } from '@arlen/core/options'
import { httpError } from '../errors.ts'

/** How JSON responses encode a BigInt, which JSON itself cannot. */
export type BigIntForm = 'string' | 'number' | ((value: bigint) => unknown)

/** How JSON is encoded. */
export interface JsonOptions {
  /**
   * `string`: its digits in quotes. `number`: a number if it can be exact, an error otherwise. A function: what it returns.
   * Default: a BigInt is an error that tells where it is.
   */
  bigint?: BigIntForm | undefined
}

/** The name of the handler for messages: `GET /orders/:id`. A context is one. */
interface Named {
  readonly routeName: string
}

/** Encodes the JSON of responses. Throws `response_not_json` for values that JSON would silently change. */
export class JsonWriter {
  private readonly form: ((value: bigint, route: Named) => unknown) | undefined

  constructor({ bigint }: JsonOptions = {}) {
    if (bigint === undefined) return
    const form = typeof bigint === 'function' ? (value: bigint) => bigint(value) : FORMS[bigint]
    if (form === undefined) {
      throw invalidOption('createServer()', 'json.bigint', "must be 'string', 'number' or a function")
    }
    this.form = form
  }

  write(value: unknown, route: Named): string {
    let text: string | undefined
    try {
      text = JSON.stringify(value)
    } catch (error) {
      text = this.writeBigInts(value, route, error)
    }
    if (text === undefined) throw refused(`a ${typeof value}`, '', route, 'Return a value, or c.text(), c.empty(), …')
    // Only an empty object encodes to this, so only then is a search for a lossy value worthwhile.
    if (text.includes('{}')) refuseMute(value, route)
    // A Node.js stream would be encoded with all its internal state, and its unhandled error would end the process.
    if (text.includes('"_events"')) refuseStream(value, route)
    return text
  }

  private writeBigInts(value: unknown, route: Named, error: unknown): string | undefined {
    const at = findMember(value, '', member => typeof member === 'bigint', new Set())
    // A value that toJSON() returns is not found as a member.
    if (at === undefined && !(error instanceof TypeError && error.message.includes('BigInt'))) throw error
    const { form } = this
    if (form === undefined) throw refused('a BigInt', at?.path ?? '', route, BIGINT_REMEDY)
    if (form === FORMS.number) refuseUnsafe(value, route)
    return JSON.stringify(value, (_, member) => (typeof member === 'bigint' ? form(member, route) : member))
  }
}

const FORMS: Readonly<Record<string, (value: bigint, route: Named) => unknown>> = {
  string: String,
  number: (value, route) => {
    if (isUnsafe(value)) throw unsafe(value, '', route)
    return Number(value)
  },
}

const BIGINT_REMEDY =
  "Convert it (String(n) or Number(n)), or set json: { bigint: 'string' } in the options of the server or createApp()."

/** Objects whose content JSON ignores, with what to do instead. */
const REMEDIES: readonly (readonly [pattern: RegExp, remedy: string])[] = [
  [/^(?:Map|FormData|URLSearchParams|Headers)$/, 'Return Object.fromEntries(…) of it.'],
  [/^(?:Set|Generator|.*Iterator.*)$/, 'Return an array of it: […].'],
  [/^Promise$/, 'Await it.'],
  [/Error$|Exception$/, 'Return its message.'],
]

function refuseMute(value: unknown, route: Named): void {
  const at = findMember(value, '', isMute, new Set())
  if (at === undefined) return
  const type = tagOf(at.value as object)
  const remedy = REMEDIES.find(([pattern]) => pattern.test(type))?.[1] ?? 'Return its data as a plain object.'
  throw refused(`${/^[AEIO]/.test(type) ? 'an' : 'a'} ${type}`, at.path, route, remedy)
}

function refuseStream(value: unknown, route: Named): void {
  const at = findMember(value, '', isNodeStream, new Set())
  if (at === undefined) return
  const stream = at.value as Readable
  stream.on('error', () => undefined).destroy()
  throw refused('a stream', at.path, route, 'Return the stream itself, or its text: await text(stream).')
}

function refuseUnsafe(value: unknown, route: Named): void {
  const at = findMember(value, '', isUnsafe, new Set())
  if (at !== undefined) throw unsafe(at.value, at.path, route)
}

/** Whether no number can represent it exactly. */
function isUnsafe(value: unknown): boolean {
  return typeof value === 'bigint' && !Number.isSafeInteger(Number(value))
}

function unsafe(value: unknown, path: string, route: Named): Error {
  const where = path === '' ? '' : ` at ${path}`
  return httpError('response_bigint_unsafe', { value: String(value), where, route: route.routeName })
}

function isNodeStream(value: unknown): boolean {
  const { on, destroy } = (typeof value === 'object' && value !== null ? value : {}) as Partial<Readable>
  return typeof on === 'function' && typeof destroy === 'function'
}

/** Whether JSON encodes it as `{}` although it holds something: a Map, a Set, a Promise, an Error, … */
function isMute(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  if (typeof (value as { toJSON?: unknown }).toJSON === 'function' || Object.keys(value).length > 0) return false
  return !/^(?:Object|Number|String|Boolean)$/.test(tagOf(value)) || Symbol.iterator in value
}

function tagOf(value: object): string {
  return Object.prototype.toString.call(value).slice(8, -1)
}

/**
 * The first member in JSON's order that `wanted` accepts, with its JSON Pointer (RFC 6901).
 *
 * @param seen - the objects visited so far, to stop at cycles
 */
function findMember(
  value: unknown,
  path: string,
  wanted: (value: unknown) => boolean,
  seen: Set<object>,
): { path: string; value: unknown } | undefined {
  if (wanted(value)) return { path, value }
  if (typeof value !== 'object' || value === null || seen.has(value)) return undefined
  seen.add(value)
  if (typeof (value as { toJSON?: unknown }).toJSON === 'function') return undefined
  for (const [key, member] of Object.entries(value)) {
    const found = findMember(member, `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`, wanted, seen)
    if (found !== undefined) return found
  }
  return undefined
}

function refused(type: string, path: string, route: Named, remedy: string): Error {
  const where = path === '' ? '' : ` at ${path}`
  return httpError('response_not_json', { type: `${type}${where}`, route: route.routeName, remedy })
}

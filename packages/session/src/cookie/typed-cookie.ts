import { type OptionTable, option, readOptions } from '@arlen/core/options'
import { type Context, type CookieOptions, findCookie, serializeCookie } from '@arlen/http'
import type { StandardSchemaV1 } from '@standard-schema/spec'
import { requestSession } from '../context.ts'
import type { KeyRing } from '../secrets/key-ring.ts'
import { CookieCodec } from './cookie-codec.ts'
import { CookieSigner } from './cookie-signature.ts'

/** Options of {@link defineCookie}. */
export interface TypedCookieOptions<T> extends Omit<CookieOptions, 'secure' | 'expires'> {
  /** Any Standard Schema: validates the value when it is read. Invalid values count as absent. Must be synchronous. */
  schema: StandardSchemaV1<unknown, T>
  /**
   * `sealed`: clients can neither read nor change it. `signed`: they cannot change it. Default `plain`: no protection.
   */
  protect?: 'sealed' | 'signed' | 'plain'
}

const OPTIONS: OptionTable<TypedCookieOptions<unknown>> = {
  schema: option.required(option.any),
  protect: option.oneOf('sealed', 'signed', 'plain'),
  maxAge: option.any,
  domain: option.any,
  path: option.any,
  httpOnly: option.any,
  sameSite: option.any,
  partitioned: option.any,
  priority: option.any,
}

/** Converts values to cookie text and back. */
interface Wrapping {
  wrap(text: string): string
  unwrap(value: string): string | undefined
}

const PLAIN: Wrapping = { wrap: text => text, unwrap: value => value }

/**
 * A typed cookie: `const theme = defineCookie('theme', { schema: v.picklist(['dark', 'light']) })`, then
 * `theme.get(c)`, `theme.set(c, 'dark')`, `theme.delete(c)`. Use `take` for values that are read once, such as the
 * state of an OAuth login. If cookies are secure, the name gets the prefix `__Host-` or `__Secure-`.
 *
 * Needs `session()` before it, for its secrets.
 */
export class TypedCookie<T> {
  readonly #name: string
  readonly #options: TypedCookieOptions<T>
  readonly #attributes: CookieOptions
  /** Keys depend on an application's secrets, and a process may have several applications. */
  readonly #wrappings = new WeakMap<KeyRing, Wrapping>()

  constructor(name: string, given: TypedCookieOptions<T>) {
    const options = readOptions('defineCookie()', given, OPTIONS as OptionTable<TypedCookieOptions<T>>)
    const { schema: _, protect: __, ...attributes } = options
    this.#name = name
    this.#options = options
    this.#attributes = attributes
    serializeCookie(this.#nameFor(true), '', { ...attributes, secure: true })
  }

  /** The value. Undefined if it is absent, expired, tampered with or rejected by the schema. */
  get(c: Context): T | undefined {
    const { secure, ring, now } = requestSession(c, 'session').settings
    const value = findCookie(c.req.header('cookie'), this.#nameFor(secure))
    const text = value === undefined ? undefined : this.#wrapping(ring).unwrap(decode(value))
    if (text === undefined) return undefined
    const [expiresAt, content] = parse(text)
    if (typeof expiresAt !== 'number' || (expiresAt !== 0 && expiresAt <= now())) return undefined
    const result = this.#options.schema['~standard'].validate(content)
    return 'value' in result && result.issues === undefined ? result.value : undefined
  }

  set(c: Context, value: T): void {
    const { secure, ring, now } = requestSession(c, 'session').settings
    const { maxAge } = this.#attributes
    const text = this.#wrapping(ring).wrap(JSON.stringify([maxAge === undefined ? 0 : now() + maxAge, value]))
    this.#write(c, serializeCookie(this.#nameFor(secure), text, { ...this.#attributes, secure }))
  }

  delete(c: Context): void {
    const { secure } = requestSession(c, 'session').settings
    this.#write(c, serializeCookie(this.#nameFor(secure), '', { ...this.#attributes, secure, maxAge: 0 }))
  }

  /** Reads the value and deletes it. */
  take(c: Context): T | undefined {
    const value = this.get(c)
    if (value !== undefined) this.delete(c)
    return value
  }

  #write(c: Context, cookie: string): void {
    if (this.#options.protect === 'sealed' || this.#options.protect === 'signed')
      requestSession(c, 'session').write(cookie)
    else c.res.headers.append('Set-Cookie', cookie)
  }

  #nameFor(secure: boolean): string {
    const { domain, path = '/' } = this.#attributes
    if (!secure) return this.#name
    return `${domain === undefined && path === '/' ? '__Host-' : '__Secure-'}${this.#name}`
  }

  #wrapping(ring: KeyRing): Wrapping {
    let wrapping = this.#wrappings.get(ring)
    if (wrapping === undefined) {
      wrapping = makeWrapping(this.#options.protect, ring, `cookie ${this.#name}`)
      this.#wrappings.set(ring, wrapping)
    }
    return wrapping
  }
}

/** See {@link TypedCookie}. @throws ArlenError `cookie_invalid` for a name or attributes that browsers would refuse. */
export function defineCookie<T>(name: string, options: TypedCookieOptions<T>): TypedCookie<T> {
  return new TypedCookie(name, options)
}

function makeWrapping(protect: TypedCookieOptions<unknown>['protect'], ring: KeyRing, purpose: string): Wrapping {
  if (protect === 'sealed') {
    const codec = new CookieCodec(ring, `typed ${purpose}`)
    return { wrap: text => codec.seal(text), unwrap: value => codec.open(value) }
  }
  if (protect !== 'signed') return PLAIN
  const signer = new CookieSigner(ring, `typed ${purpose}`)
  return { wrap: text => signer.sign(text), unwrap: value => signer.verify(value) }
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return '' // not what we wrote
  }
}

function parse(text: string): unknown[] {
  try {
    const parsed: unknown = JSON.parse(text)
    return Array.isArray(parsed) ? parsed : []
  } catch {
    return [] // not what we wrote
  }
}

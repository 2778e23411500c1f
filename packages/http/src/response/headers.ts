import { httpError } from '../errors.ts'
import { isSendableValue, isToken } from '../head/grammar.ts'

/** Fields that frame the message or belong to the connection: setting them could break both. */
const RESERVED: ReadonlySet<string> = new Set(['transfer-encoding', 'keep-alive', 'trailer', 'te'])

/** Fields that describe the content, by name: they are removed from a response that becomes an error. */
const REPRESENTATION: ReadonlySet<string> = new Set([
  // Representation metadata and validators (RFC 9110, section 8).
  'content-type',
  'content-encoding',
  'content-language',
  'content-length',
  'content-location',
  'etag',
  'last-modified',
  // Ranges of it (RFC 9110, section 14), its digests (RFC 9530), the name to save it under (RFC 6266).
  'accept-ranges',
  'content-range',
  'content-digest',
  'repr-digest',
  'digest',
  'content-md5',
  'content-disposition',
  // How long it may be kept (RFC 9111, section 5).
  'cache-control',
  'expires',
])

/** The writer decides these, from what was set and what is sent. */
const WRITTEN_APART: ReadonlySet<string> = new Set(['content-type', 'content-length', 'connection', 'date'])

/** Fields that keep a response out of shared caches also apply to the error in its place, which still has the cookies. */
const STAYS_PRIVATE = /\b(?:no-store|private)\b/i

/** Fields that were checked and serialized when the program started; see `HeaderBlock`. */
interface PreparedFields {
  readonly fields: readonly (readonly [name: string, value: string])[]
  get(name: string): string | undefined
  serialize(skip: HeaderList | null): string
}

/**
 * The header fields of a response, in order, with their names as given. Names and values are checked when they are set, so
 * that no text can end a field or start another (RFC 9110, section 5.5).
 */
export class HeaderList {
  /** name, lower-case name, value, name, … */
  private readonly list: string[] = []
  /** The block prepared at boot, as long as none of its fields is changed. */
  private base: PreparedFields | null = null

  /** @internal Puts these fields first; fields that are already set stay. */
  adopt(block: PreparedFields): void {
    if (this.list.length === 0 && this.base === null) this.base = block
    else for (const [name, value] of block.fields) if (!this.has(name)) this.set(name, value)
  }

  /** @internal Whether a field is in both lists. */
  overlaps(other: HeaderList): boolean {
    for (let i = 1; i < this.list.length; i += 3) if (other.list.includes(this.list[i]!)) return true
    return false
  }

  /** @internal The names of the fields that `wanted` accepts and that `other` has too; null for none. */
  namesSharedWith(other: HeaderList, wanted: (lower: string) => boolean): string[] | null {
    this.unfold()
    let names: string[] | null = null
    for (let i = 0; i < this.list.length; i += 3) {
      const lower = this.list[i + 1]!
      if (!wanted(lower) || !other.has(lower)) continue
      names ??= []
      names.push(this.list[i]!)
    }
    return names
  }

  /** A field of the block is about to change: from now on its fields are ordinary ones. */
  private unfold(lower?: string): void {
    const { base } = this
    if (base === null || (lower !== undefined && base.get(lower) === undefined)) return
    this.base = null
    for (const [name, value] of base.fields) this.list.push(name, name.toLowerCase(), value)
  }

  /** Replaces every field of this name. */
  set(name: string, value: string | number): this {
    const checked = check(name, value)
    this.delete(name)
    this.list.push(name, name.toLowerCase(), checked)
    return this
  }

  /** Adds a field next to others of the same name: Set-Cookie, Vary, Link. */
  append(name: string, value: string | number): this {
    const checked = check(name, value)
    this.unfold(name.toLowerCase())
    this.list.push(name, name.toLowerCase(), checked)
    return this
  }

  /** Adds a member to a list-valued field such as Vary, unless it is already there. */
  add(name: string, member: string): this {
    const value = this.get(name)
    if (value === undefined) return this.set(name, member)
    const members = value.split(',').map(part => part.trim().toLowerCase())
    return members.includes(member.toLowerCase()) || value === '*' ? this : this.set(name, `${value}, ${member}`)
  }

  /** The values of all fields of this name, joined by a comma; undefined if there are none. */
  get(name: string): string | undefined {
    const lower = name.toLowerCase()
    let found: string | undefined
    for (let i = 1; i < this.list.length; i += 3) {
      if (this.list[i] === lower) found = found === undefined ? this.list[i + 1]! : `${found}, ${this.list[i + 1]}`
    }
    return found ?? this.base?.get(lower)
  }

  has(name: string): boolean {
    return this.get(name) !== undefined
  }

  getAll(name: string): string[] {
    const lower = name.toLowerCase()
    return [...this].filter(([field]) => field.toLowerCase() === lower).map(([, value]) => value)
  }

  delete(name: string): this {
    const lower = name.toLowerCase()
    this.unfold(lower)
    for (let i = this.list.length - 2; i >= 0; i -= 3) if (this.list[i] === lower) this.list.splice(i - 1, 3)
    return this
  }

  /** @internal Whether {@link deleteRepresentation} would remove a field. */
  get describesContent(): boolean {
    for (let i = 1; i < this.list.length; i += 3) if (REPRESENTATION.has(this.list[i]!)) return true
    return false
  }

  /** Removes the fields that describe content that is not sent after all; security headers, cookies and the like stay. */
  deleteRepresentation(): this {
    if (this.base?.fields.some(([name]) => REPRESENTATION.has(name.toLowerCase()))) this.unfold()
    for (let i = this.list.length - 2; i >= 0; i -= 3) {
      if (!REPRESENTATION.has(this.list[i]!)) continue
      if (this.list[i] === 'cache-control' && STAYS_PRIVATE.test(this.list[i + 1]!)) continue
      this.list.splice(i - 1, 3)
    }
    return this
  }

  /** A copy that can be changed independently. */
  clone(): HeaderList {
    const copy = new HeaderList()
    copy.base = this.base
    copy.list.push(...this.list)
    return copy
  }

  get size(): number {
    this.unfold()
    return this.list.length / 3
  }

  *[Symbol.iterator](): Generator<[name: string, value: string]> {
    this.unfold()
    for (let i = 0; i < this.list.length; i += 3) yield [this.list[i]!, this.list[i + 2]!]
  }

  /** `Name: value` CRLF for each field, except those that `skip` has. */
  serialize(skip: HeaderList | null = null): string {
    let out = this.base === null ? '' : this.base.serialize(skip)
    for (let i = 0; i < this.list.length; i += 3) {
      const lower = this.list[i + 1]!
      if (WRITTEN_APART.has(lower)) continue
      if (skip !== null && lower !== 'set-cookie' && skip.has(lower)) continue
      out += `${this.list[i]}: ${this.list[i + 2]}\r\n`
    }
    return out
  }
}

function check(name: string, value: string | number): string {
  if (!isToken(name)) throw httpError('header_name_invalid', { name: JSON.stringify(name) })
  if (RESERVED.has(name.toLowerCase())) throw httpError('header_reserved', { name })
  const text = typeof value === 'string' ? value : String(value)
  if (!isSendableValue(text)) throw httpError('header_value_invalid', { name })
  return text
}

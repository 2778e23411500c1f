import type { Readable } from 'node:stream'
import { type OptionTable, option, readOptions } from '@arlen/core/options'
import { httpError } from '../errors.ts'
import type { HeaderBlock } from './header-block.ts'
import { HeaderList } from './headers.ts'

/** What a body can be streamed from. */
export type StreamBody = Readable | ReadableStream<Uint8Array | string> | AsyncIterable<Uint8Array | string>

/** A response that a handler returns. `c.text()`, `c.json()` and the like create it; middleware may change it. */
export class Reply {
  /** 0 means the status of `c.res`. */
  status: number
  /** The value of Content-Type; empty if there is none. */
  type: string
  body: string | Uint8Array | StreamBody | null
  /** Length of a streamed body in bytes, -1 if unknown. */
  length: number
  /** The preconditions of the request have already been evaluated. */
  isConditioned = false
  private fields: HeaderList | null = null
  private block: HeaderBlock | null = null

  constructor(body: string | Uint8Array | StreamBody | null, type: string, init?: ReplyInit) {
    this.body = body
    this.type = type
    this.status = 0
    this.length = -1
    if (typeof init === 'number') this.status = checkStatus(init)
    else if (init !== undefined) this.initialize(init)
  }

  get headers(): HeaderList {
    if (this.fields === null) {
      this.fields = this.block === null ? new HeaderList() : this.block.list.clone()
      this.block = null
    }
    return this.fields
  }

  get hasHeaders(): boolean {
    return this.fields !== null || this.block !== null
  }

  /** Gives the response fields that it shares with others until they are changed here. */
  useBlock(block: HeaderBlock): void {
    this.block = block
  }

  /** @internal The response's own fields, for code that only looks at names. */
  get _list(): HeaderList | null {
    return this.block === null ? this.fields : this.block.list
  }

  /** @internal */
  _serialize(): string {
    return this.block === null ? (this.fields?.serialize() ?? '') : this.block.text
  }

  private initialize(init: ReplyOptions): void {
    // The reader makes a copy, which a response that has the right names does not need.
    for (const name in init) if (!(name in OPTIONS)) readOptions('the reply', init, OPTIONS)
    if (init.status !== undefined) this.status = checkStatus(init.status)
    if (init.length !== undefined) this.length = init.length
    for (const [name, value] of Object.entries(init.headers ?? {})) {
      if (name.toLowerCase() === 'content-type') this.type = String(value)
      else if (Array.isArray(value)) for (const one of value) this.headers.append(name, one)
      else this.headers.set(name, value as string | number)
    }
    if (init.type !== undefined) this.type = init.type
    if (this.type !== '') new HeaderList().set('Content-Type', this.type)
  }
}

export const BYTES_TYPE = 'application/octet-stream'

export function isBytes(value: unknown): value is ArrayBuffer | ArrayBufferView {
  return value instanceof ArrayBuffer || ArrayBuffer.isView(value)
}

/** The bytes of a buffer or of any view, without a copy. */
export function bytesOf(body: ArrayBuffer | ArrayBufferView): Uint8Array {
  if (body instanceof Uint8Array) return body
  return ArrayBuffer.isView(body) ? new Uint8Array(body.buffer, body.byteOffset, body.byteLength) : new Uint8Array(body)
}

/** What a reply can be given besides its body. */
export interface ReplyOptions {
  /** From 200 to 599. Default: that of `c.res`. */
  status?: number
  headers?: Readonly<Record<string, string | number | readonly string[]>>
  /** Replaces the Content-Type. */
  type?: string
  /** Length of a streamed body in bytes, if it is known. */
  length?: number
}

/** Values are validated where they are used. */
const OPTIONS: OptionTable<ReplyOptions> = {
  status: option.any,
  headers: option.any,
  type: option.any,
  length: option.any,
}

/** A status, or a status and more. */
export type ReplyInit = number | ReplyOptions

/** A final status: only the engine sends 1xx responses. */
export function checkStatus(status: number): number {
  if (Number.isInteger(status) && status >= 200 && status <= 599) return status
  throw httpError('status_invalid', { status })
}

import type { Readable } from 'node:stream'

/** A body ready to be sent: bytes of known length, or a source of unknown length. */
export interface OutgoingBody {
  type: string | undefined
  content: Buffer | AsyncIterable<Uint8Array | string>
}

/** The values of a form: repeated fields are lists. */
export type FormFields = Readonly<Record<string, FormValue | readonly FormValue[]>>
export type FormValue = string | number | boolean | bigint

/** The additional values of a multipart form: files. */
export type MultipartFields = Readonly<Record<string, MultipartValue | readonly MultipartValue[]>>
export type MultipartValue = FormValue | Blob | UploadedFile

/** A file of an upload. */
export interface UploadedFile {
  filename: string
  /** Media type. Default `application/octet-stream`. */
  type?: string
  content: string | Uint8Array | Readable | AsyncIterable<Uint8Array | string>
}

export function jsonBody(value: unknown): OutgoingBody {
  return { type: 'application/json', content: Buffer.from(JSON.stringify(value) ?? 'null') }
}

export function formBody(fields: FormFields | URLSearchParams): OutgoingBody {
  const params = fields instanceof URLSearchParams ? fields : new URLSearchParams()
  if (!(fields instanceof URLSearchParams)) {
    for (const [name, value] of entries<FormValue>(fields)) params.append(name, String(value))
  }
  return { type: 'application/x-www-form-urlencoded', content: Buffer.from(params.toString()) }
}

/** Encodes a form as browsers do (RFC 7578), with the platform's own encoder. */
export async function multipartBody(fields: MultipartFields | FormData): Promise<OutgoingBody> {
  const form = fields instanceof FormData ? fields : new FormData()
  if (!(fields instanceof FormData)) {
    for (const [name, value] of entries<MultipartValue>(fields)) {
      if (value instanceof Blob) form.append(name, value)
      else if (typeof value === 'object') form.append(name, await toFile(value))
      else form.append(name, String(value))
    }
  }
  const encoded = new Response(form)
  return { type: encoded.headers.get('content-type') ?? undefined, content: Buffer.from(await encoded.arrayBuffer()) }
}

async function toFile({ filename, type = 'application/octet-stream', content }: UploadedFile): Promise<File> {
  const part = typeof content === 'string' || content instanceof Uint8Array ? content : await readAll(content)
  return new File([part as string], filename, { type })
}

async function readAll(source: AsyncIterable<Uint8Array | string>): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of source) parts.push(Buffer.from(part as Uint8Array))
  return Buffer.concat(parts)
}

function* entries<T>(fields: Readonly<Record<string, T | readonly T[]>>): Generator<[string, T]> {
  for (const [name, given] of Object.entries(fields)) {
    for (const value of Array.isArray(given) ? (given as readonly T[]) : [given as T]) {
      if (value !== undefined) yield [name, value]
    }
  }
}

/** Text, bytes, a stream or anything that yields them. */
export function rawBody(content: string | Uint8Array | AsyncIterable<Uint8Array | string>): OutgoingBody {
  if (typeof content === 'string') return { type: 'text/plain;charset=UTF-8', content: Buffer.from(content) }
  if (content instanceof Uint8Array) return { type: 'application/octet-stream', content: Buffer.from(content) }
  return { type: 'application/octet-stream', content }
}

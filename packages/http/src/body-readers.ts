import { isUtf8 } from 'node:buffer'
import type { Body } from './body.ts'
import { decodeBody } from './content-coding.ts'
import { httpError } from './errors.ts'
import { parseQuery, type Query } from './query.ts'
import type { Request } from './request.ts'

const EMPTY = Buffer.alloc(0)

export function readBytes(request: Request): Promise<Buffer> {
  if (request._body === null) return Promise.resolve(EMPTY)
  // Kept, so that a middleware can read a form (its CSRF token) and the handler after it read the same.
  request._whole ??= readWhole(request, request._body)
  return request._whole
}

function readWhole(request: Request, body: Body): Promise<Buffer> {
  const coding = request.header('content-encoding')
  const bytes = body.collect(request.bodyLimit)
  if (coding === undefined || coding === '' || coding.toLowerCase() === 'identity') return bytes
  return bytes.then(packed => decodeBody(packed, coding, request.bodyLimit))
}

export async function readText(request: Request): Promise<string> {
  const charset =
    /;[ \t]*charset="?([^\s";]+)/i.exec(request.header('content-type') ?? '')?.[1]?.toLowerCase() ?? 'utf-8'
  if (charset !== 'utf-8' && charset !== 'utf8' && charset !== 'us-ascii' && charset !== 'iso-8859-1') {
    throw httpError('body_type_unsupported', { expected: 'in UTF-8 or ISO-8859-1' })
  }
  const bytes = await readBytes(request)
  return charset === 'iso-8859-1' ? bytes.toString('latin1') : decodeUtf8(bytes, 'UTF-8')
}

const JSON_TYPE = /^application\/(?:json|[a-z0-9!#$&^_.+-]+\+json)[ \t]*(?:;|$)/i

export async function readJson<T>(request: Request): Promise<T> {
  if (!JSON_TYPE.test(request.header('content-type') ?? '')) {
    throw httpError('body_type_unsupported', { expected: 'application/json' })
  }
  const text = decodeUtf8(await readBytes(request), 'JSON')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw httpError('body_invalid', { format: 'JSON' }, { cause })
  }
  if (isSuspect(text)) refusePoison(value)
  return value as T
}

/** Whether either key may be there, in letters or as an escape that could spell one: then it is worth a look. */
function isSuspect(text: string): boolean {
  return text.includes('__proto__') || text.includes('"constructor"') || text.includes('\\u00')
}

/** Keys that reach an object's prototype once something merges them in. */
function refusePoison(value: unknown): void {
  const rest: unknown[] = [value]
  while (rest.length > 0) {
    const item = rest.pop()
    if (typeof item !== 'object' || item === null) continue
    if (Object.hasOwn(item, '__proto__')) throw httpError('body_forbidden_key')
    if (Object.hasOwn(item, 'constructor')) {
      const inner = (item as { constructor: unknown }).constructor
      if (typeof inner === 'object' && inner !== null && Object.hasOwn(inner, 'prototype')) {
        throw httpError('body_forbidden_key')
      }
    }
    for (const inner of Object.values(item)) rest.push(inner)
  }
}

export async function readForm(request: Request): Promise<Query> {
  if (!/^application\/x-www-form-urlencoded[ \t]*(?:;|$)/i.test(request.header('content-type') ?? '')) {
    throw httpError('body_type_unsupported', { expected: 'application/x-www-form-urlencoded' })
  }
  return parseQuery(decodeUtf8(await readBytes(request), 'form data'))
}

/** Octets that are no UTF-8 are refused: replacing them would make two different bodies equal. */
function decodeUtf8(bytes: Buffer, format: string): string {
  if (!isUtf8(bytes)) throw httpError('body_invalid', { format })
  const start = bytes.length > 2 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0
  return bytes.toString('utf8', start)
}

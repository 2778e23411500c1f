import { httpError } from '../errors.ts'
import { parseQuery, type Query } from '../query.ts'
import { decodeBody } from '../response/content-coding.ts'
import { ArrivedBody } from './arrived-body.ts'
import { exceededBudget } from './json-budget.ts'
import type { Message } from './message.ts'
import { readParameters } from './multipart/parameters.ts'
import type { RequestBody } from './request-body.ts'
import { decodeUtf8 } from './utf8.ts'

/*
 * Most bodies arrive together with their head. A body that is complete is read synchronously; only waiting creates a
 * promise.
 */

const EMPTY = Buffer.alloc(0)

/** The result of one of the readers below, always as a promise. */
export function promised<T>(request: Message, read: (request: Message) => T | Promise<T>): Promise<T> {
  try {
    return Promise.resolve(read(request))
  } catch (error) {
    return Promise.reject(error)
  }
}

export function readBytes(request: Message): Buffer | Promise<Buffer> {
  if (request._body === null) return EMPTY
  // Cached, so that middleware can read a form (its CSRF token) and the handler can read it again.
  request._whole ??= readWhole(request, request._body)
  return request._whole
}

function readWhole(request: Message, body: RequestBody): Buffer | Promise<Buffer> {
  const bytes = body.collect(request.maxBodyBytes)
  const coding = request._coded ? request.header('content-encoding') : undefined
  if (coding === undefined || coding === '' || coding.toLowerCase() === 'identity') return bytes
  return Promise.resolve(bytes).then(packed => decodeBody(packed, coding, request.maxBodyBytes))
}

export function readText(request: Message): string | Promise<string> {
  const charset =
    readParameters(request.header('content-type') ?? '')
      ?.get('charset')
      ?.toLowerCase() ?? 'utf-8'
  if (charset !== 'utf-8' && charset !== 'utf8' && charset !== 'us-ascii' && charset !== 'iso-8859-1') {
    throw httpError('body_type_unsupported', { expected: 'in UTF-8 or ISO-8859-1' })
  }
  return charset === 'iso-8859-1' ? mapped(readBytes(request), latin1) : readUtf8(request, 'UTF-8', text => text)
}

const JSON_TYPE = /^application\/(?:json|[a-z0-9!#$&^_.+-]+\+json)[ \t]*(?:;|$)/i

/**
 * Like `c.req.json()`, but synchronous if the whole body has arrived, for middleware that stays synchronous when it can
 * (see `after` of @arlen/core). Throws what `c.req.json()` would reject with.
 */
export function readJson<T = unknown>(request: Message): T | Promise<T> {
  const type = request.header('content-type')
  if (type !== 'application/json' && !JSON_TYPE.test(type ?? '')) {
    throw httpError('body_type_unsupported', { expected: 'application/json' })
  }
  return readUtf8(request, 'JSON', parseJson) as T | Promise<T>
}

/** Each value takes a few bytes in the body, but hundreds in memory, and more if it is validated. */
function refuseExcess(text: string, { maxJsonValues, _exchange }: Message): void {
  const { maxJsonDepth } = _exchange.engine.limits
  const exceeded = exceededBudget(text, maxJsonValues, maxJsonDepth)
  if (exceeded === 'values') throw httpError('json_too_many_values', { most: maxJsonValues })
  if (exceeded === 'depth') throw httpError('json_too_deep', { most: maxJsonDepth })
}

const FORM_TYPE = /^application\/x-www-form-urlencoded[ \t]*(?:;|$)/i

/** Like `c.req.form()`, but synchronous as {@link readJson} is. More than `maxPairs` are `form_too_many_pairs` (413). */
export function readForm(request: Message): Query | Promise<Query> {
  if (!FORM_TYPE.test(request.header('content-type') ?? '')) {
    throw httpError('body_type_unsupported', { expected: 'application/x-www-form-urlencoded' })
  }
  return readUtf8(request, 'form data', parseForm)
}

/** Reads text and parses it, without a buffer of its own for a body that arrived with its head. */
function readUtf8<T>(request: Message, format: string, parse: (text: string, request: Message) => T): T | Promise<T> {
  const { _body: body } = request
  if (body instanceof ArrivedBody && !request._coded && request._whole === null) {
    return parse(body.text(request.maxBodyBytes, format), request)
  }
  return mapped(readBytes(request), bytes => parse(decodeUtf8(bytes, format), request))
}

function mapped<T>(bytes: Buffer | Promise<Buffer>, parse: (bytes: Buffer) => T): T | Promise<T> {
  return bytes instanceof Promise ? bytes.then(parse) : parse(bytes)
}

function parseJson(text: string, request: Message): unknown {
  refuseExcess(text, request)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw httpError('body_invalid', { format: 'JSON' }, { cause })
  }
  if (isSuspect(text)) refusePoison(value)
  return value
}

/** Whether either key may be present, literally or as an escape that could spell it; only then is a closer look needed. */
function isSuspect(text: string): boolean {
  // Searches for rare first letters, and no more of the word than is needed, because this scans every body again.
  return text.includes('__pr') || text.includes('uctor"') || text.includes('\\u00')
}

/** Keys that reach an object's prototype when the object is merged. */
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

function parseForm(text: string, request: Message): Query {
  const most = request._exchange.engine.limits.maxPairs
  const form = parseQuery(text, most)
  if (form === undefined) throw httpError('form_too_many_pairs', { most })
  return form
}

function latin1(bytes: Buffer): string {
  return bytes.toString('latin1')
}

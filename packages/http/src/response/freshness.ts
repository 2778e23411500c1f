import { type OptionTable, option, readOptions } from '@arlen/core/options'
import { httpError } from '../errors.ts'
import type { HttpRequest } from '../request.ts'
import { evaluateConditions, parseDate, type Validators } from './conditions.ts'
import type { HeaderList } from './headers.ts'

/** The state that a handler is about to send or change. */
export interface Freshness {
  /** An entity tag; quotes are added if they are missing. */
  etag?: string | undefined
  lastModified?: Date | number | undefined
}

const OPTIONS: OptionTable<Freshness> = {
  etag: option.string,
  lastModified: option.either(option.instanceOf(Date, 'a date'), option.number()),
}

/** See `Context.fresh`. */
export function isFresh(req: HttpRequest, headers: HeaderList, given: Freshness): boolean {
  const { etag, lastModified } = readOptions('fresh()', given, OPTIONS)
  if (etag !== undefined) headers.set('ETag', /^(?:W\/)?"[^"]*"$/.test(etag) ? etag : `"${etag.replaceAll('"', '')}"`)
  if (lastModified !== undefined) headers.set('Last-Modified', new Date(lastModified).toUTCString())
  const validators: Validators = { etag: headers.get('etag'), modified: parseDate(headers.get('last-modified')) }
  if (validators.etag === undefined && validators.modified === undefined) return false
  const result = evaluateConditions(req, validators)
  if (result === 412) throw httpError('precondition_failed')
  return result === 304
}

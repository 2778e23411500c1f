import { extname } from 'node:path'
import { invalidOption } from '@arlen/core/options'
import mime from 'mime'

/** Finds the Content-Type of a file by its name. */
export type TypeOf = (path: string) => string

/** Formats that are UTF-8 text, although their type does not say so. */
const TEXT = /^text\/|^application\/(?:javascript|json|xml)$|[+/](?:json|xml)$/

const MEDIA_TYPE = /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(?:[ \t]*;[\t\x20-\x7e]*)?$/

/**
 * The media types of IANA and browsers, by extension, with `charset=utf-8` for text.
 *
 * @param own - additional or replaced types: `{ log: 'text/plain' }`, with or without the dot
 * @throws option_invalid for an invalid media type
 */
export function typesByName(own: Readonly<Record<string, string>> = {}): TypeOf {
  const table = new Map<string, string>()
  for (const [extension, type] of Object.entries(own)) {
    if (!MEDIA_TYPE.test(type)) {
      throw invalidOption('serveStatic()', `types.${extension}`, `is ${JSON.stringify(type)}, not a media type`)
    }
    table.set(extension.toLowerCase().replace(/^\./, ''), type)
  }
  return path => {
    const extension = extname(path).slice(1).toLowerCase()
    const type =
      table.get(extension) ?? (extension === '' ? null : mime.getType(extension)) ?? 'application/octet-stream'
    return TEXT.test(type) && !type.includes(';') ? `${type}; charset=utf-8` : type
  }
}

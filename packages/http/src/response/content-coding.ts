import type { Transform } from 'node:stream'
import { promisify } from 'node:util'
import * as zlib from 'node:zlib'
import { httpError } from '../errors.ts'

/** Content codings (RFC 9110, section 8.4.1; RFC 7932; RFC 8878). */
export type ContentCoding = 'gzip' | 'br' | 'zstd'

type Bytes = Uint8Array | string
type Work = (bytes: Bytes, options: object) => Promise<Buffer>

const unpack: Readonly<Record<string, Work>> = {
  gzip: promisify(zlib.gunzip) as Work,
  'x-gzip': promisify(zlib.gunzip) as Work,
  deflate: promisify(zlib.inflate) as Work,
  br: promisify(zlib.brotliDecompress) as Work,
  zstd: promisify(zlib.zstdDecompress) as Work,
}

/**
 * Removes the content coding from a body. The decoded bytes are counted as they appear: a small body that unpacks into a
 * large one is rejected (413) once it exceeds `limit`, and takes no more memory than that.
 */
export async function decodeBody(bytes: Buffer, coding: string, limit: number): Promise<Buffer> {
  const work = unpack[coding.trim().toLowerCase()]
  if (work === undefined) {
    throw httpError('body_coding_unsupported', {}, { headers: { 'Accept-Encoding': 'gzip, deflate, br, zstd' } })
  }
  try {
    return await work(bytes, { maxOutputLength: Math.min(limit, 2 ** 31) })
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw httpError('body_too_large')
    throw httpError('body_invalid', { format: coding }, { cause })
  }
}

const { constants } = zlib

/** Fast rather than small: a response is compressed each time it is sent. */
const SETTINGS: Readonly<Record<ContentCoding, { whole: object; stream: object }>> = {
  gzip: { whole: { level: 6 }, stream: { level: 6, flush: constants.Z_SYNC_FLUSH } },
  br: {
    whole: { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } },
    stream: { params: { [constants.BROTLI_PARAM_QUALITY]: 4 }, flush: constants.BROTLI_OPERATION_FLUSH },
  },
  zstd: {
    whole: { params: { [constants.ZSTD_c_compressionLevel]: 3 } },
    stream: { params: { [constants.ZSTD_c_compressionLevel]: 3 }, flush: constants.ZSTD_e_flush },
  },
}

const pack: Readonly<Record<ContentCoding, Work>> = {
  gzip: promisify(zlib.gzip) as Work,
  br: promisify(zlib.brotliCompress) as Work,
  zstd: promisify(zlib.zstdCompress) as Work,
}

export function encodeBody(body: Bytes, coding: ContentCoding): Promise<Buffer> {
  return pack[coding](body, SETTINGS[coding].whole)
}

/** A stream that compresses and passes on each piece as it comes. */
export function encodeStream(coding: ContentCoding): Transform {
  const options = SETTINGS[coding].stream
  if (coding === 'gzip') return zlib.createGzip(options)
  return coding === 'br' ? zlib.createBrotliCompress(options) : zlib.createZstdCompress(options)
}

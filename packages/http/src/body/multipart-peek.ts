import type { Message } from './message.ts'
import { makeParser } from './multipart.ts'
import { boundaryOf, decodeName, MultipartGuard } from './multipart-guard.ts'

/** Where a field is looked for: in the first bytes of the body, and no further. */
const MOST_BYTES = 16 * 1024
const LIMITS = { headerPairs: 20, fieldSize: 1024, fields: 20, files: 1 }

/**
 * The value of a field of a multipart form, seen before anybody reads the form, and left in it. Undefined where it does
 * not come before the first file, within the first 16 kB and twenty fields, or is longer than 1 kB. Nothing more than that
 * is read, and it waits for nothing more.
 *
 * It is read by the same parser, with the same idea of what a file is, as the form will be.
 */
export function peekMultipartField(request: Message, name: string): Promise<string | undefined> {
  const body = request._body
  const contentType = request.header('content-type') ?? ''
  if (body === null) return Promise.resolve(undefined)
  return new Promise(resolve => {
    const boundary = boundaryOf(contentType)
    const guard = new MultipartGuard(boundary)
    const parser = makeParser(boundary, LIMITS)
    const settle = (value?: string) => {
      resolve(value)
      body.endPeek()
    }
    parser.on('field', (field, value, nameCut, valueCut) => {
      if (decodeName(field) === name && !nameCut && !valueCut) settle(value)
    })
    parser.on('file', (_name, stream) => {
      stream.on('error', () => undefined) // of a file that nobody reads here
      stream.resume()
      settle()
    })
    for (const event of ['finish', 'fieldsLimit', 'partsLimit'] as const) parser.on(event, () => settle())
    // Also that the form is cut where the peek ends; whoever reads the whole of it judges it.
    parser.on('error', () => settle())
    let left = MOST_BYTES
    const piece = (bytes: Buffer) => {
      const seen = bytes.subarray(0, left)
      left -= seen.length
      try {
        parser.write(guard.push(seen))
      } catch {
        settle() // whoever reads the whole of it refuses it
      }
    }
    body.peek(MOST_BYTES, { piece, end: () => parser.end() })
  })
}

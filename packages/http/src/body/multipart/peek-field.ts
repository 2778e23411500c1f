import type { Message } from '../message.ts'
import { MultipartParser, readBoundary } from './multipart-parser.ts'
import { decodeField, isFile, type PartHead } from './part-head.ts'

/** Only the first bytes of the body are searched. */
const MOST_BYTES = 16 * 1024
const MOST_FIELDS = 20
const MOST_VALUE = 1024

/**
 * The value of a field of a multipart form, read ahead without consuming the form. Undefined if it does not come before the
 * first file, within the first 16 kB and twenty fields, or if it is longer than 1 kB. Nothing beyond that is read or waited
 * for.
 *
 * It uses the same parser, with the same definition of a file, as the form itself.
 */
export function peekMultipartField(request: Message, name: string): Promise<string | undefined> {
  const body = request._body
  if (body === null) return Promise.resolve(undefined)
  return new Promise(resolve => {
    const boundary = readBoundary(request.header('content-type') ?? '')
    let isSettled = false
    const settle = (value?: string) => {
      isSettled = true
      resolve(value)
      body.endPeek()
    }
    const parser = new MultipartParser(boundary, new FieldFinder(name, settle))
    let left = MOST_BYTES
    const piece = (bytes: Buffer) => {
      try {
        if (!isSettled) parser.write(bytes.subarray(0, left))
      } catch {
        settle() // reading the form reports it
      }
      left = Math.max(0, left - bytes.length)
    }
    body.peek(MOST_BYTES, { piece, end: () => settle() })
  })
}

/** Takes the first field with the name, and gives up at the first file. */
class FieldFinder {
  private readonly name: string
  private readonly settle: (value?: string) => void
  private head: PartHead | null = null
  private pieces: Buffer[] = []
  private bytes = 0
  private fields = 0
  private isSettled = false

  constructor(name: string, settle: (value?: string) => void) {
    this.name = name
    this.settle = settle
  }

  partBegin(head: PartHead): void {
    if (isFile(head) || ++this.fields > MOST_FIELDS) this.end()
    this.head = head
    this.pieces = []
    this.bytes = 0
  }

  partData(bytes: Buffer): void {
    if (this.head!.name !== this.name) return
    this.bytes += bytes.length
    if (this.bytes > MOST_VALUE) this.end()
    else this.pieces.push(bytes)
  }

  partEnd(): void {
    if (this.head!.name === this.name) this.end(decodeField(this.head!, Buffer.concat(this.pieces)))
  }

  private end(value?: string): void {
    if (this.isSettled) return
    this.isSettled = true
    this.settle(value)
  }
}

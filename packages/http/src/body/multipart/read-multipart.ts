import { Readable } from 'node:stream'
import { type OptionTable, option, readOptions } from '@arlen/core/options'
import { httpError } from '../../errors.ts'
import type { Message } from '../message.ts'
import { FilePart } from './file-part.ts'
import { MultipartParser, type PartSink, readBoundary } from './multipart-parser.ts'
import { decodeField, isFile, type PartHead } from './part-head.ts'

/** Limits of `c.req.multipart()`. */
export interface MultipartOptions {
  /** Most bytes in the value of one field, else 413. Default 65,536. */
  fieldBytes?: number
  /** Most bytes in one file, else 413. Default: whatever `maxBodyBytes` allows for the whole body. */
  fileBytes?: number
  /** Most fields. Default 100. */
  fields?: number
  /** Most files. Default 10. */
  files?: number
}

/** A form field that is not a file. */
export interface FieldPart {
  kind: 'field'
  name: string
  value: string
}

const OPTIONS: OptionTable<MultipartOptions> = {
  fieldBytes: option.limit,
  fileBytes: option.limit,
  fields: option.limit,
  files: option.limit,
}

/** A part of a multipart body. */
export type Part = FieldPart | FilePart

/**
 * The parts of a multipart/form-data body (RFC 7578), in the order they arrive. Invalid parts are rejected when they are
 * reached: see `MultipartParser`.
 */
export function readMultipart(request: Message, options: MultipartOptions = {}): AsyncGenerator<Part, void, void> {
  return parts(request, readOptions('multipart()', options, OPTIONS))
}

async function* parts(request: Message, options: MultipartOptions): AsyncGenerator<Part, void, void> {
  const contentType = request.header('content-type') ?? ''
  if (!/^multipart\/form-data[ \t]*(?:;|$)/i.test(contentType)) {
    throw httpError('body_type_unsupported', { expected: 'multipart/form-data' })
  }
  const reader = new PartReader(request, readBoundary(contentType), options)
  try {
    for (let part = await reader.next(); part !== null; part = await reader.next()) {
      yield part
      if (part instanceof FilePart) part.stream.resume()
    }
  } finally {
    reader.close()
  }
}

/** Reads as much of a body as the requested part, or the file being read, needs. */
class PartReader implements PartSink {
  private readonly request: Message
  private readonly limits: Required<MultipartOptions>
  private readonly body: Readable
  private readonly parser: MultipartParser
  private readonly parts: Part[] = []
  private fields = 0
  private files = 0
  /** State of the part being parsed. */
  private head: PartHead | null = null
  private pieces: Buffer[] = []
  private bytes = 0
  private file: Readable | null = null
  private isFull = false
  private done = false
  private failure: unknown
  private wake: (() => void) | null = null

  constructor(request: Message, boundary: string, options: MultipartOptions) {
    this.request = request
    const { fieldBytes = 65_536, fileBytes = request.maxBodyBytes, fields = 100, files = 10 } = options
    this.limits = { fieldBytes, fileBytes, fields, files }
    this.parser = new MultipartParser(boundary, this)
    this.body = request.stream
    this.body.on('data', (piece: Buffer) => this.guard(() => this.parser.write(piece)))
    this.body.on('end', () => this.guard(() => this.finish()))
    this.body.on('error', error => this.fail(error))
    this.body.on('close', () => this.fail(httpError('body_incomplete')))
    this.body.pause()
  }

  async next(): Promise<Part | null> {
    while (this.parts.length === 0 && !this.done && this.failure === undefined) {
      this.isFull = false
      this.body.resume()
      await new Promise<void>(resolve => {
        this.wake = resolve
      })
    }
    if (this.failure !== undefined) throw this.failure
    return this.parts.shift() ?? null
  }

  /** The caller has finished or given up. */
  close(): void {
    if (this.done) return
    this.done = true
    this.stop(httpError('body_incomplete'))
  }

  partBegin(head: PartHead): void {
    this.head = head
    this.bytes = 0
    const isOneTooMany = isFile(head) ? ++this.files > this.limits.files : ++this.fields > this.limits.fields
    if (isOneTooMany) throw httpError('body_too_large')
    if (isFile(head)) this.add(this.beginFile(head))
  }

  partData(bytes: Buffer): void {
    const { file } = this
    this.bytes += bytes.length
    if (this.bytes > (file === null ? this.limits.fieldBytes : this.limits.fileBytes)) throw httpError('body_too_large')
    if (file === null) this.pieces.push(bytes)
    else if (!file.destroyed && !file.push(bytes)) this.isFull = true
  }

  partEnd(): void {
    const { file, head, pieces } = this
    this.file = null
    this.pieces = []
    if (file !== null) file.push(null)
    else this.add({ kind: 'field', name: head!.name, value: decodeField(head!, Buffer.concat(pieces)) })
  }

  private beginFile({ name, filename, type }: PartHead): FilePart {
    const file = new Readable({
      read: () => {
        this.isFull = false
        this.body.resume()
      },
    })
    file.on('error', () => undefined) // its reader gets the error too
    this.file = file
    return new FilePart(this.request, name, filename ?? '', type, file)
  }

  /** Runs a step of the parser, and stops reading if its results must be consumed first. */
  private guard(step: () => void): void {
    if (this.failure !== undefined || this.done) return
    try {
      step()
    } catch (error) {
      this.fail(error)
    }
    if (this.isFull || this.parts.length > 0) this.body.pause()
  }

  private add(part: Part): void {
    this.parts.push(part)
    this.notify()
  }

  private finish(): void {
    this.parser.end()
    this.done = true
    this.notify()
  }

  private fail(error: unknown): void {
    if (this.failure !== undefined || this.done) return
    this.failure = error
    this.stop(error as Error)
    this.notify()
  }

  private stop(error: Error): void {
    this.file?.destroy(error)
    for (const part of this.parts) if (part instanceof FilePart) part.stream.destroy(error)
    this.body.destroy()
  }

  private notify(): void {
    const { wake } = this
    this.wake = null
    wake?.()
  }
}

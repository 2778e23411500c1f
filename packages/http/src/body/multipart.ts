import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { ArlenError } from '@arlen/core'
import { type OptionTable, option, readOptions } from '@arlen/core/options'
import { Busboy, type BusboyFileStream, type BusboyInstance } from '@fastify/busboy'
import { httpError } from '../errors.ts'
import type { Message } from './message.ts'
import { boundaryOf, decodeName, MultipartGuard } from './multipart-guard.ts'

/** Limits of `c.req.multipart()`. */
export interface MultipartOptions {
  /** Bytes of one field's value, else 413. Default 65,536. */
  fieldBytes?: number
  /** Bytes of one file, else 413. Default: what `maxBodyBytes` allows for the whole. */
  fileBytes?: number
  /** Default 100. */
  fields?: number
  /** Default 10. */
  files?: number
}

/** A field of the form that is no file. */
export interface FieldPart {
  kind: 'field'
  name: string
  value: string
}

/** A file of the form, while it arrives. One that nobody reads is dropped when the next part is asked for. */
export class FilePart {
  readonly kind = 'file'
  readonly name: string
  /** As the client named it, without folders; empty where it did not. It is a label: never make a path of it. */
  readonly filename: string
  /** As the client says. */
  readonly type: string
  readonly stream: Readable
  private readonly request: Message

  /** @internal */
  constructor(request: Message, name: string, filename: string, type: string, stream: Readable) {
    this.request = request
    this.name = name
    this.filename = filename
    this.type = type
    this.stream = stream
  }

  async bytes(): Promise<Buffer> {
    const pieces: Buffer[] = []
    for await (const piece of this.stream) pieces.push(piece as Buffer)
    return Buffer.concat(pieces)
  }

  /** Writes the file to a path of the program's own choice, which must not exist, and resolves with its size. */
  async save(path: string): Promise<number> {
    const target = createWriteStream(path, { flags: 'wx', mode: 0o600 })
    try {
      await pipeline(this.stream, target)
    } catch (error) {
      // What was there before it was not ours; what is there now is half a file.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') await rm(path, { force: true })
      throw error
    }
    return target.bytesWritten
  }

  /** Writes the file to a temporary path, which is gone once the request is answered or cut. */
  async saveTemporary(): Promise<{ path: string; size: number }> {
    const folder = await mkdtemp(join(tmpdir(), 'arlen-upload-'))
    this.request._atEnd(() => rm(folder, { recursive: true, force: true }))
    const path = join(folder, 'file')
    return { path, size: await this.save(path) }
  }
}

const OPTIONS: OptionTable<MultipartOptions> = {
  fieldBytes: option.limit,
  fileBytes: option.limit,
  fields: option.limit,
  files: option.limit,
}

/** A part of a multipart body. */
export type Part = FieldPart | FilePart

/** The parts of a body of multipart/form-data (RFC 7578), in the order they arrive. */
export async function* readMultipart(
  request: Message,
  options: MultipartOptions = {},
): AsyncGenerator<Part, void, void> {
  const contentType = request.header('content-type') ?? ''
  if (!/^multipart\/form-data[ \t]*(?:;|$)/i.test(contentType)) {
    throw httpError('body_type_unsupported', { expected: 'multipart/form-data' })
  }
  const queue = new PartQueue(request, contentType, options)
  try {
    for (let part = await queue.next(); part !== null; part = await queue.next()) {
      yield part
      if (part instanceof FilePart) part.stream.resume()
    }
  } finally {
    queue.close()
  }
}

/** Turns the events of the parser into parts that are asked for one by one. */
class PartQueue {
  private readonly parts: Part[] = []
  private readonly body: Readable
  private readonly guard: Transform
  private done = false
  private failure: unknown
  private wake: (() => void) | null = null
  private openFile: BusboyFileStream | null = null

  constructor(request: Message, contentType: string, options: MultipartOptions) {
    const {
      fieldBytes = 65_536,
      fileBytes = request.maxBodyBytes,
      fields = 100,
      files = 10,
    } = readOptions('multipart()', options, OPTIONS)
    // First what may be refused: a stream that is taken and never read costs the connection.
    const limits = { headerPairs: 20, fieldSize: fieldBytes, fileSize: fileBytes, fields, files }
    const boundary = boundaryOf(contentType)
    const parser = makeParser(boundary, limits)
    this.guard = guarding(boundary)
    this.body = request.stream
    parser.on('field', (name, value, nameCut, valueCut) => {
      if (nameCut || valueCut) this.fail(httpError('body_too_large'))
      else this.add({ kind: 'field', name: decodeName(name), value })
    })
    parser.on('file', (name, stream, filename, _encoding, type) => {
      this.openFile = stream
      stream.on('limit', () => this.fail(httpError('body_too_large')))
      stream.on('error', () => undefined) // whoever reads it hears it too
      tellAsHttpErrors(stream)
      this.add(new FilePart(request, decodeName(name), decodeName(filename ?? ''), type, stream))
    })
    for (const event of ['partsLimit', 'filesLimit', 'fieldsLimit'] as const) {
      parser.on(event, () => this.fail(httpError('body_too_large')))
    }
    parser.on('finish', () => this.finish())
    parser.on('error', cause => this.fail(asHttpError(cause)))
    this.body.on('error', error => this.fail(error))
    this.guard.on('error', error => this.fail(error))
    this.body.pipe(this.guard).pipe(parser)
  }

  async next(): Promise<Part | null> {
    while (this.parts.length === 0 && !this.done && this.failure === undefined) {
      await new Promise<void>(resolve => {
        this.wake = resolve
      })
    }
    if (this.failure !== undefined) throw this.failure
    return this.parts.shift() ?? null
  }

  /** The reader is through with it, or has given up. */
  close(): void {
    if (this.done) return
    this.done = true
    this.stop(httpError('body_cut'))
  }

  private add(part: Part): void {
    this.parts.push(part)
    this.notify()
  }

  private finish(): void {
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
    this.body.unpipe(this.guard)
    this.guard.unpipe()
    this.openFile?.destroy(error)
    for (const part of this.parts) if (part instanceof FilePart) part.stream.destroy(error)
    this.body.destroy()
  }

  private notify(): void {
    const { wake } = this
    this.wake = null
    wake?.()
  }
}

/** A stream of what the guard lets through. */
function guarding(boundary: string): Transform {
  const guard = new MultipartGuard(boundary)
  const pass = (done: (error: Error | null, bytes?: Buffer) => void, next: () => Buffer) => {
    let bytes: Buffer
    try {
      bytes = next()
    } catch (error) {
      return done(error as Error)
    }
    done(null, bytes)
  }
  return new Transform({
    transform: (bytes: Buffer, _, done) => pass(done, () => guard.push(bytes)),
    flush: done => pass(done, () => guard.end()),
  })
}

/** The parser with what tells a file from a field; the same for whoever peeks and for whoever reads. */
export function makeParser(boundary: string, limits: object): BusboyInstance {
  return new Busboy({
    headers: { 'content-type': `multipart/form-data; boundary="${boundary}"` },
    limits,
    isPartAFile: (_name, type, filename) => type === 'application/octet-stream' || filename !== undefined,
  })
}

/** The parser tells the reader of a file itself that the form broke off, in words of its own. */
function tellAsHttpErrors(stream: Readable): void {
  const emit = stream.emit.bind(stream) as (event: string | symbol, ...rest: unknown[]) => boolean
  stream.emit = (event: string | symbol, ...rest: unknown[]) =>
    event === 'error' ? emit(event, asHttpError(rest[0])) : emit(event, ...rest)
}

function asHttpError(cause: unknown): unknown {
  return cause instanceof ArlenError
    ? cause
    : httpError('body_invalid', { format: 'multipart form data' }, { cause: cause as Error })
}

import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Message } from '../message.ts'

/** A file of the form, as it arrives. A file that is not read is dropped when the next part is requested. */
export class FilePart {
  readonly kind = 'file'
  readonly name: string
  /** The client's name for it, without folders; empty if it sent none. It is a label: never use it as a path. */
  readonly filename: string
  /** The media type, according to the client. */
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

  /** Writes the file to a path chosen by the program, which must not exist, and resolves with its size. */
  async save(path: string): Promise<number> {
    const target = createWriteStream(path, { flags: 'wx', mode: 0o600 })
    try {
      await pipeline(this.stream, target)
    } catch (error) {
      // An existing file is not ours to delete; a file that we created is incomplete now.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') await rm(path, { force: true })
      throw error
    }
    return target.bytesWritten
  }

  /** Writes the file to a temporary path, which is deleted once the response has been sent or cut off. */
  async saveTemporary(): Promise<{ path: string; size: number }> {
    const folder = await mkdtemp(join(tmpdir(), 'arlen-upload-'))
    this.request._atEnd(() => rm(folder, { recursive: true, force: true }))
    const path = join(folder, 'file')
    return { path, size: await this.save(path) }
  }
}

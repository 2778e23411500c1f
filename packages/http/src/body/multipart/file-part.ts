import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Message } from '../message.ts'

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

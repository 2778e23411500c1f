import type { FileHandle } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { httpError } from '../errors.ts'
import type { FileEntry } from './file-entry.ts'
import { isSame } from './file-entry.ts'

const PIECE = 256 * 1024

/** Part of one state of a file, read from a handle that stays with that state whatever happens to its name. */
export class FileStream extends Readable {
  private readonly handle: FileHandle
  private readonly entry: FileEntry
  private at: number
  private readonly end: number

  /** @param handle - the stream takes it over and closes it */
  constructor(handle: FileHandle, entry: FileEntry, start: number, end: number) {
    super({ highWaterMark: PIECE })
    this.handle = handle
    this.entry = entry
    this.at = start
    this.end = end
  }

  override _read(): void {
    this.readPiece().then(
      piece => {
        this.push(piece)
        if (this.at >= this.end) this.push(null)
      },
      error => this.destroy(error as Error),
    )
  }

  private async readPiece(): Promise<Buffer> {
    const buffer = Buffer.allocUnsafeSlow(Math.min(PIECE, this.end - this.at))
    const { bytesRead } = await this.handle.read(buffer, 0, buffer.length, this.at)
    this.at += bytesRead
    // The last piece is held back if the file was written to: an incomplete response is recognizable, a wrong one is not.
    const isSound = bytesRead > 0 && (this.at < this.end || (await isSame(this.handle, this.entry)))
    if (!isSound) throw httpError('file_changed', { path: this.entry.path })
    return buffer.subarray(0, bytesRead)
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.handle.close().then(
      () => done(error),
      failure => done(error ?? (failure as Error)),
    )
  }
}

import { statSync } from 'node:fs'
import { type FileEntry, stampOf } from './file-entry.ts'

/** A file as it is served: the file itself and its precompressed variants. */
export interface ServedFile {
  entry: FileEntry
  variants: readonly FileEntry[]
}

interface Cached {
  file: ServedFile
  bytes: number
  checkedAt: number
}

/**
 * Files by request path. When they exceed `maxBytes` together, the least recently used are evicted. A file is checked again
 * once the last check is `checkMs` old, and evicted if it has changed.
 */
export class FileCache {
  readonly #files = new Map<string, Cached>()
  readonly #maxBytes: number
  readonly #checkMs: number
  #bytes = 0

  constructor(maxBytes: number, checkMs: number) {
    this.#maxBytes = maxBytes
    this.#checkMs = checkMs
  }

  get(key: string): ServedFile | undefined {
    const cached = this.#files.get(key)
    if (cached === undefined) return undefined
    const now = performance.now()
    if (now - cached.checkedAt >= this.#checkMs) {
      if (!isCurrent(cached.file.entry) || !cached.file.variants.every(isCurrent)) {
        this.#forget(key, cached)
        return undefined
      }
      cached.checkedAt = now
      // Once per check is often enough to track recent use.
      this.#files.delete(key)
      this.#files.set(key, cached)
    }
    return cached.file
  }

  set(key: string, file: ServedFile): void {
    // The memory of an entry besides its bytes is small, but not for a million files.
    const bytes = [file.entry, ...file.variants].reduce((sum, entry) => sum + (entry.bytes?.length ?? 0) + 1024, 0)
    if (bytes > this.#maxBytes) return
    this.delete(key)
    this.#files.set(key, { file, bytes, checkedAt: performance.now() })
    this.#bytes += bytes
    for (const [oldest, cached] of this.#files) {
      if (this.#bytes <= this.#maxBytes) break
      this.#forget(oldest, cached)
    }
  }

  delete(key: string): void {
    const cached = this.#files.get(key)
    if (cached) this.#forget(key, cached)
  }

  #forget(key: string, cached: Cached): void {
    this.#files.delete(key)
    this.#bytes -= cached.bytes
  }
}

/** One system call of a few microseconds: cheaper than the promise of an asynchronous one. */
function isCurrent(entry: FileEntry): boolean {
  const stat = statSync(entry.path, { bigint: true, throwIfNoEntry: false })
  return stat !== undefined && entry.stamp === stampOf(stat)
}

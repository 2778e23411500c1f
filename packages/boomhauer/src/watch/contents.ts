import { createHash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { kindOf } from './file-kinds.ts'
import { stampOf } from './stamp.ts'

/** Larger files are compared by size and time. */
const MAX_BYTES = 1_000_000
/** Fields of a package.json that change nothing for the application until packages are installed. */
const INSTALL_FIELDS = [
  'dependencies',
  'devDependencies',
  'peerDependencies',
  'optionalDependencies',
  'scripts',
  'version',
]

/** The content of files when they were last read, so that saving the same bytes is not a change. */
export class Contents {
  #known = new Map<string, string>()
  /**
   * The stamps of files that were recorded as they were loaded: files that have not changed since need not be read again.
   */
  #stamps = new Map<string, string>()

  /** Records the current content of a file. */
  remember(path: string): void {
    this.#stamps.delete(path)
    this.#known.set(path, fingerprint(path))
  }

  /**
   * Records the content of a file when it was loaded.
   *
   * @param stamp - its {@link stampOf} from just before it was loaded. If the file has changed since, nothing is recorded.
   */
  rememberLoaded(path: string, stamp: string): void {
    if (this.#stamps.get(path) === stamp) return
    this.remember(path)
    if (stampOf(path) === stamp) this.#stamps.set(path, stamp)
    else this.#known.delete(path)
  }

  /** Whether a file differs from the recorded content. True if nothing is recorded. */
  differs(path: string): boolean {
    return this.#known.get(path) !== fingerprint(path)
  }

  has(path: string): boolean {
    return this.#known.has(path)
  }
}

function fingerprint(path: string): string {
  try {
    const stats = statSync(path)
    if (!stats.isFile()) return 'no file'
    if (stats.size > MAX_BYTES) return stampOf(path)
    const bytes = readFileSync(path)
    const text = kindOf(path) === 'manifest' ? essenceOf(bytes.toString()) : bytes
    return createHash('sha1').update(text).digest('base64')
  } catch {
    return 'no file'
  }
}

/** A package.json without the parts that only package managers read. */
function essenceOf(text: string): string {
  try {
    const manifest = JSON.parse(text) as Record<string, unknown>
    for (const field of INSTALL_FIELDS) delete manifest[field]
    return JSON.stringify(manifest)
  } catch {
    return text // incomplete or invalid: Node.js will report it
  }
}

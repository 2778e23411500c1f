import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'

/** The result of reading a migration, as far as a run with nothing to apply needs it. */
export interface Remembered {
  checksum: string
  transactional: boolean
}

/** Increment it when the rules for reading migrations change. */
const FORMAT = 1
/** Below this size, reading takes no longer than caching. */
export const LARGE = 65_536

/**
 * Caches the results of reading large migrations in `node_modules/.cache` next to the application, so that a dump of
 * megabytes is parsed once and not at every start. If that folder does not exist or is read-only, nothing is cached.
 */
export class ChecksumMemory {
  readonly #path: string | undefined
  #entries: Record<string, Remembered> = {}
  #changed = false

  private constructor(path: string | undefined) {
    this.#path = path
  }

  static async open(dir: string): Promise<ChecksumMemory> {
    const memory = new ChecksumMemory(pathFor(dir))
    await memory.#load()
    return memory
  }

  async #load(): Promise<void> {
    if (this.#path === undefined) return
    try {
      const { format, entries } = JSON.parse(await readFile(this.#path, 'utf8')) as Partial<Stored>
      if (format === FORMAT && entries) this.#entries = entries
    } catch {
      // not written yet, or only partly
    }
  }

  get(text: string): Remembered | undefined {
    const key = keyOf(text)
    const found = Object.hasOwn(this.#entries, key) ? this.#entries[key] : undefined
    return typeof found?.checksum === 'string' && typeof found.transactional === 'boolean' ? found : undefined
  }

  set(text: string, { checksum, transactional }: Remembered): void {
    this.#entries[keyOf(text)] = { checksum, transactional }
    this.#changed = true
  }

  async save(): Promise<void> {
    if (!this.#changed || this.#path === undefined) return
    const stored: Stored = { format: FORMAT, entries: this.#entries }
    const temporary = `${this.#path}.${process.pid}`
    try {
      await mkdir(dirname(this.#path), { recursive: true })
      await writeFile(temporary, JSON.stringify(stored))
      await rename(temporary, this.#path)
    } catch {
      // read-only, as in an image: it is read every time
    }
  }
}

interface Stored {
  format: number
  entries: Record<string, Remembered>
}

function keyOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function pathFor(dir: string): string | undefined {
  for (let at = resolve(dir); ; at = dirname(at)) {
    const modules = join(at, 'node_modules')
    if (existsSync(modules)) return join(modules, '.cache', 'arlen', 'migrations.json')
    if (at === dirname(at)) return undefined
  }
}

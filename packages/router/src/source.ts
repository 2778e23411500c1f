import { dirname, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Where in the application's code something was written. `line` and `column` count from 1. */
export interface Source {
  file: string
  line: number
  column: number
}

const OWN_FOLDER: string = dirname(fileURLToPath(import.meta.url))
const FRAME = /(?:\(|at (?:async )?)((?:file:\/\/|\/|[A-Za-z]:[\\/]).*?):(\d+):(\d+)\)?$/

/**
 * The place that called into the router, found out only when somebody asks: to remember the stack costs a microsecond,
 * to read it a hundred.
 */
export class CallSite {
  readonly #holder: { stack?: string } = {}
  readonly #internals: readonly string[]

  /** @param internals - folders whose frames are not the application's, besides this package's own */
  constructor(internals: readonly string[]) {
    this.#internals = internals
    Error.captureStackTrace(this.#holder, CallSite)
  }

  /** Undefined where no frame is a file's, for instance in a REPL. */
  get source(): Source | undefined {
    for (const text of this.#holder.stack?.split('\n') ?? []) {
      const frame = FRAME.exec(text)
      if (!frame) continue
      const file = frame[1]!.startsWith('file://') ? fileURLToPath(frame[1]!) : frame[1]!
      if (this.#isInternal(file)) continue
      return { file, line: Number(frame[2]), column: Number(frame[3]) }
    }
    return undefined
  }

  #isInternal(file: string): boolean {
    // The tests of this package lie in its folder and are still its users.
    if (/\.test\.[jt]s$/.test(file)) return false
    return [OWN_FOLDER, ...this.#internals].some(folder => file.startsWith(folder + sep))
  }
}

export function formatSource(source: Source | undefined): string {
  return source ? `${source.file}:${source.line}:${source.column}` : 'at an unknown place'
}

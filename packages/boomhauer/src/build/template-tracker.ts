import { join } from 'node:path'
import type { Diagnostic } from '@arlen/core'
import type { TemplateFolders } from '../child/protocol.ts'

/** Tracks whether templates must be compiled: at first, after a change, and as long as one is broken. */
export class TemplateTracker {
  readonly #folders: TemplateFolders
  #dirty = true
  #warnings: readonly Diagnostic[] = []

  /** @param dir - the folder of templates, if it is not the configured one */
  constructor(root: string, dir: string | undefined) {
    this.#folders = { dir, outDir: join(root, '.arlen', 'views') }
  }

  changed(paths: ReadonlySet<string>): void {
    if ([...paths].some(path => path.endsWith('.ets'))) this.#dirty = true
  }

  toCompile(): TemplateFolders | undefined {
    return this.#dirty ? this.#folders : undefined
  }

  compiled(warnings: readonly Diagnostic[]): void {
    this.#dirty = false
    this.#warnings = warnings
  }

  /** The warnings of the last compilation. */
  get warnings(): readonly Diagnostic[] {
    return this.#warnings
  }
}

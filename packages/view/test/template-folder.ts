import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'
import { createViews, type Views, type ViewsOptions } from '../src/views.ts'

/** A folder that each test of a file has for itself. */
export class TemplateFolder {
  dir = ''

  constructor() {
    beforeEach(() => {
      this.dir = mkdtempSync(join(tmpdir(), 'arlen-view-'))
    })
    afterEach(() => {
      rmSync(this.dir, { recursive: true })
    })
  }

  write(files: Readonly<Record<string, string>>): void {
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.dir, file)), { recursive: true })
      writeFileSync(join(this.dir, file), text)
    }
  }

  /** Writes templates and opens them. */
  views(files: Readonly<Record<string, string>>, options: Partial<ViewsOptions> = {}): Views {
    this.write(files)
    return createViews({ dir: this.dir, ...options })
  }
}

import { type Channel, channel } from 'node:diagnostics_channel'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Diagnostic } from '@arlen/core'
import { checkLinks } from '../compile/check-links.ts'
import { compileLinked, type LinkedTemplate, type Strictness } from '../compile/compile-template.ts'
import { loadTemplate } from '../compile/load-template.ts'
import { moduleUrl } from '../compile/module-loader.ts'
import { viewError } from '../errors.ts'
import { nearMiss } from '../near-miss.ts'
import { TemplateError } from '../template-error.ts'
import { EXTENSION, filesOfName, isTemplateName, nameOfFile } from '../template-name.ts'
import type { TemplateMeta } from '../types.ts'
import { type Entry, type TemplateStore, toEntry } from './template-entry.ts'

const reads: Channel = channel('arlen:reads')

export interface FolderOptions {
  dir: string
  /** Whether to check for changes whenever a template is needed. */
  reload: boolean
  strict: Strictness | undefined
  helperNames: ReadonlySet<string>
  onWarning: ((warning: Diagnostic) => void) | undefined
}

interface Loaded {
  text: string
  entry: Entry
  compiled: LinkedTemplate
}

/** Compiles the templates of a folder when they are needed. */
export class FolderStore implements TemplateStore {
  readonly changes: boolean
  readonly #options: FolderOptions
  readonly #loaded = new Map<string, Loaded>()

  constructor(options: FolderOptions) {
    this.#options = { ...options, dir: resolve(options.dir) }
    this.changes = options.reload
    // For tools that track an application's dependencies, such as a development server.
    reads.publish({ folder: this.#options.dir, as: options.reload ? 'templates' : 'source' })
  }

  get(name: string): Entry {
    const loaded = this.#loaded.get(name)
    if (loaded && !this.changes) return loaded.entry
    const { path, text } = this.#read(name)
    if (loaded?.text === text) return loaded.entry
    const loading = { text, ...this.#load(name, path, text) }
    this.#loaded.set(name, loading)
    return loading.entry
  }

  load(layout: string | null): void {
    for (const name of this.names()) this.get(name)
    const linked = new Map([...this.#loaded].map(([name, { compiled }]) => [name, compiled]))
    const { errors, warnings } = checkLinks(linked, layout === null ? [] : [layout])
    if (errors[0]) throw errors[0]
    for (const warning of warnings) this.#options.onWarning?.(warning)
  }

  names(): string[] {
    return existsSync(this.#options.dir) ? listTemplates(this.#options.dir).map(nameOfFile) : []
  }

  *entries(): Generator<Entry> {
    for (const { entry } of this.#loaded.values()) yield entry
  }

  #read(name: string): { path: string; text: string } {
    if (!isTemplateName(name)) throw viewError('template_name_invalid', { name })
    for (const file of filesOfName(name)) {
      const path = join(this.#options.dir, file)
      const text = readIfThere(path)
      if (text !== undefined) return { path, text }
    }
    const where = ` in ${this.#options.dir}${nearMiss(name, this.names())}`
    throw viewError('template_missing', { name, where })
  }

  #load(name: string, path: string, text: string): Omit<Loaded, 'text'> {
    const compiled = compileLinked(text, { path, name, strict: this.#options.strict })
    for (const warning of compiled.warnings) this.#options.onWarning?.(warning)
    const url = moduleUrl(path)
    const module = loadTemplate(url, compiled, name)
    const entry = toEntry(module, { url, path, map: () => compiled.map })
    this.#checkHelpers(entry.meta, path, text)
    return { entry, compiled }
  }

  #checkHelpers(meta: TemplateMeta, path: string, text: string): void {
    const unknown = meta.helpers.find(([name]) => !this.#options.helperNames.has(name))
    if (!unknown) return
    const [helper, line, column] = unknown
    const reason = viewError('helper_unknown', { helper, hint: nearMiss(helper, this.#options.helperNames) }).message
    throw new TemplateError('helper_unknown', reason, { path, text }, { line, column })
  }
}

/** The sorted paths of the templates in a folder, relative to it. */
export function listTemplates(dir: string): string[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .filter(path => path.endsWith(EXTENSION))
    .sort()
}

/** The text of a template without a byte order mark. */
export function templateText(file: string): string {
  return file.startsWith('\ufeff') ? file.slice(1) : file
}

function readIfThere(path: string): string | undefined {
  try {
    return templateText(readFileSync(path, 'utf8'))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR') return undefined
    throw error
  }
}

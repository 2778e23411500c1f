import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { SourceMap } from '../compile/source-map.ts'
import { viewError } from '../errors.ts'
import { nearMiss } from '../near-miss.ts'
import type { TemplateModule } from '../types.ts'
import { type Entry, type Origin, type TemplateStore, toEntry } from './template-entry.ts'

/** The export `templates` of the `index.js` that `buildViews()` writes. */
export interface Registry {
  /** The URL of that file. */
  readonly base: string
  readonly templates: Readonly<Record<string, { readonly module: TemplateModule; readonly file: string }>>
}

/** Compiled templates. Nothing is read or compiled. */
export class RegistryStore implements TemplateStore {
  readonly changes = false
  readonly #entries = new Map<string, Entry>()

  constructor(registry: Registry, helperNames: ReadonlySet<string>) {
    for (const { module, file } of Object.values(registry.templates)) {
      const origin = new CompiledOrigin(new URL(file, registry.base))
      const entry = toEntry(module, origin)
      this.#entries.set(entry.name, entry)
      for (const [helper, line, column] of entry.meta.helpers) {
        if (helperNames.has(helper)) continue
        const hint = ` (${origin.path}:${line}:${column})${nearMiss(helper, helperNames)}`
        throw viewError('helper_unknown', { helper, hint })
      }
    }
  }

  get(name: string): Entry {
    const entry = this.#entries.get(name)
    if (entry) return entry
    throw viewError('template_missing', { name, where: nearMiss(name, this.names()) })
  }

  /** All are loaded, and were checked when they were compiled. */
  load(layout: string | null): void {
    if (layout !== null) this.get(layout)
  }

  names(): string[] {
    return [...this.#entries.keys()]
  }

  entries(): Iterable<Entry> {
    return this.#entries.values()
  }
}

/** The origin of a compiled template. Its source map is read only if something goes wrong. */
class CompiledOrigin implements Origin {
  readonly url: string
  #map: SourceMap | null | undefined

  constructor(module: URL) {
    this.url = module.href
  }

  get path(): string {
    const source = this.map()?.sources[0]
    return fileURLToPath(source === undefined ? this.url : new URL(source, this.url))
  }

  map(): SourceMap | undefined {
    this.#map ??= readMap(new URL(`${this.url}.map`))
    return this.#map ?? undefined
  }
}

function readMap(url: URL): SourceMap | null {
  try {
    return JSON.parse(readFileSync(url, 'utf8')) as SourceMap
  } catch {
    return null // without source maps, as in a deployment that omits them, traces name the compiled modules
  }
}

import { type CompileOptions, compileTemplate, strictModes } from './compile-template.ts'
import { viewError } from './errors.ts'
import { type HelperTable, helperFactory } from './helpers.ts'
import { loadTemplate } from './load-template.ts'
import { moduleUrl } from './module-loader.ts'
import { printersFor } from './printers.ts'
import { render } from './render.ts'
import { type Entry, type Origin, type TemplateStore, toEntry } from './template-entry.ts'

export interface StandaloneOptions extends Partial<Pick<CompileOptions, 'path' | 'format' | 'strict'>> {
  helpers?: HelperTable
}

export type RenderFunction<Locals extends object> = (locals?: Locals) => string | Promise<string>

/**
 * Compiles one template for use alone; it can include no others.
 *
 * ```ts
 * const render = compile('<p><%= $name %></p>')
 * render({ name: 'Ada' }) // '<p>Ada</p>'
 * ```
 */
export function compile<Locals extends object = Record<string, unknown>>(
  text: string,
  options: StandaloneOptions = {},
): RenderFunction<Locals> {
  const path = options.path ?? 'template.html.ets'
  const url = moduleUrl(path)
  const template = compileTemplate(text, { ...options, path, name: path })
  const module = loadTemplate(url, template, path)
  const origin: Origin = { url, path, map: () => template.map }
  const entry = toEntry(module, origin)
  const helpersFor = helperFactory(options.helpers)
  const engine = {
    store: new SingleStore(entry),
    printers: printersFor(strictModes(options.strict).values),
    layout: null,
    locals: undefined,
    helpersFor,
  }
  return locals => render(engine, path, locals)
}

class SingleStore implements TemplateStore {
  readonly changes = false
  readonly #entry: Entry

  constructor(entry: Entry) {
    this.#entry = entry
  }

  get(name: string): Entry {
    if (name === this.#entry.name) return this.#entry
    throw viewError('template_missing', { name, where: ', for this one was compiled alone' })
  }

  names(): string[] {
    return [this.#entry.name]
  }

  entries(): Entry[] {
    return [this.#entry]
  }
}

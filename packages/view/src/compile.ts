import { type OptionTable, option, readOptions } from '@arlen/core/options'
import { type CompileOptions, compileLinked, STRICT, strictModes } from './compile/compile-template.ts'
import { loadTemplate } from './compile/load-template.ts'
import { moduleUrl } from './compile/module-loader.ts'
import { viewError } from './errors.ts'
import { FORMATS } from './render/escape.ts'
import { type HelperTable, helperFactory } from './render/helpers.ts'
import { printersFor } from './render/printers.ts'
import { render } from './render/render.ts'
import { type Entry, type Origin, type TemplateStore, toEntry } from './render/template-entry.ts'

/** Options of {@link compile}. */
export interface StandaloneOptions extends Partial<Pick<CompileOptions, 'path' | 'format' | 'strict'>> {
  helpers?: HelperTable
}

const OPTIONS: OptionTable<StandaloneOptions> = {
  path: option.text,
  format: option.oneOf(...FORMATS),
  strict: STRICT,
  helpers: option.recordOf(option.func),
}

/** Renders a standalone template. */
export type RenderFunction<Locals extends object> = (locals?: Locals) => string | Promise<string>

/**
 * Compiles a standalone template, which cannot include others.
 *
 * ```ts
 * const render = compile('<p><%= $name %></p>')
 * render({ name: 'Ada' }) // '<p>Ada</p>'
 * ```
 *
 * @throws ArlenError `option_unknown`, `option_invalid`; TemplateError if the template does not compile
 */
export function compile<Locals extends object = Record<string, unknown>>(
  text: string,
  options: StandaloneOptions = {},
): RenderFunction<Locals> {
  const { path = 'template.html.ets', helpers, ...how } = readOptions('compile()', options, OPTIONS)
  const url = moduleUrl(path)
  const template = compileLinked(text, { ...how, path, name: path })
  if (template.jsonMistake) throw template.jsonMistake
  const module = loadTemplate(url, template, path)
  const origin: Origin = { url, path, map: () => template.map }
  const entry = toEntry(module, origin)
  const helpersFor = helperFactory(helpers)
  const engine = {
    store: new SingleStore(entry),
    printers: printersFor(strictModes(how.strict).values),
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
    throw viewError('template_missing', { name, where: ', for this one was compiled alone.' })
  }

  load(): void {}

  names(): string[] {
    return [this.#entry.name]
  }

  entries(): Entry[] {
    return [this.#entry]
  }
}

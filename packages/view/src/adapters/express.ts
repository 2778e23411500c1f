import { type OptionTable, option, readOptions } from '@arlen/core/options'
import type { Views } from '../views.ts'

/** Options of {@link expressView}. */
export interface ExpressOptions {
  /** Extracts the context for helpers from the locals of the rendering. Default: none. */
  context?: (locals: Record<string, unknown>) => unknown
}

const OPTIONS: OptionTable<ExpressOptions> = { context: option.func }

type Callback = (error: unknown, html?: string) => void

/** What Express instantiates to render a name: a class of this shape, set as its `view`. */
export type ExpressViewClass = new (
  name: string,
) => {
  readonly path: string
  render(locals: Record<string, unknown>, done: Callback): void
}

// Members that Express itself adds to the locals.
const SETTINGS = new Set(['settings', '_locals', 'cache'])

/**
 * Lets Express render these templates: `app.set('view', expressView(views))`, then `res.render('users/show', { user })`.
 * Templates see `app.locals`, `res.locals` and these; later ones take precedence.
 *
 * @throws ArlenError `option_unknown`, `option_invalid`
 */
export function expressView<Context>(views: Views<Context>, options: ExpressOptions = {}): ExpressViewClass {
  const { context } = readOptions('expressView()', options, OPTIONS)
  const render = views.render as (name: string, locals: object, context: unknown) => string | Promise<string>
  return class {
    readonly path: string

    constructor(name: string) {
      this.path = name // Express asks whether the file exists; rendering reports a wrong name better
    }

    render(all: Record<string, unknown>, done: Callback): void {
      const locals = Object.fromEntries(Object.entries(all).filter(([name]) => !SETTINGS.has(name)))
      new Promise<string>(resolve => resolve(render(this.path, locals, context?.(locals)))).then(
        html => done(null, html),
        error => done(error),
      )
    }
  }
}

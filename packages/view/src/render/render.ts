import { isPromiseLike } from '@arlen/core'
import { type Engine, Rendering, type RenderOptions } from './rendering.ts'
import { traceTemplates } from './trace.ts'

/** Renders a page, and gives the errors that come out of it the lines of its templates. */
export function render(
  engine: Engine,
  name: string,
  locals?: object | null,
  context?: unknown,
  options?: RenderOptions,
): string | Promise<string> {
  try {
    const page = new Rendering(engine, context).page(name, locals ?? {}, options)
    return isPromiseLike(page) ? page.catch(error => fail(engine, error)) : page
  } catch (error) {
    return fail(engine, error)
  }
}

/** Throws the error on, its stack in terms of templates. */
export function fail(engine: Engine, error: unknown): never {
  traceTemplates(error, () => engine.store.entries())
  throw error
}

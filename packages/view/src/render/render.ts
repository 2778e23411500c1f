import { isPromiseLike } from '@arlen/core'
import { type Engine, Rendering, type RenderOptions } from './rendering.ts'
import { traceTemplates } from './trace.ts'

/** Renders a page. Stack traces of its errors name lines of templates. */
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

/** Rethrows an error with a stack trace that names lines of templates. */
export function fail(engine: Engine, error: unknown): never {
  traceTemplates(error, () => engine.store.entries())
  throw error
}

import { randomUUID } from 'node:crypto'
import { viewError } from '../errors.ts'
import { fail } from './render.ts'
import { type Engine, Rendering, type RenderOptions } from './rendering.ts'

/**
 * Renders a page in pieces. At each `await flush()`, what is printed so far is sent; the page continues when the piece has
 * been accepted. The layout is rendered at the first flush, around a placeholder for the page.
 */
export async function* stream(
  engine: Engine,
  name: string,
  locals: object = {},
  context?: unknown,
  options?: RenderOptions,
): AsyncGenerator<string, void, undefined> {
  const handover = new Handover()
  const rendering = new Rendering(engine, context)
  let after = ''
  const sink = async (text: string, wrap: (body: string) => string | Promise<string>) => {
    if (rendering.layoutSent) return handover.give(text)
    const mark = `<!--${randomUUID()}-->`
    const page = await wrap(mark)
    rendering.layoutSent = true
    const parts = page.split(mark)
    if (parts.length !== 2) throw viewError('content_not_once', { name })
    after = parts[1]!
    return handover.give(parts[0] + text)
  }
  // If the reader stops, the page ends at its next flush, and its errors are ignored.
  Promise.resolve()
    .then(() => rendering.page(name, locals, options, sink))
    .then(rest => handover.end(rest + after))
    .catch(error => handover.fail(error))
  try {
    yield* handover.pieces()
  } catch (error) {
    fail(engine, error)
  } finally {
    handover.close()
  }
}

/** Passes pieces from a writer to a reader, one at a time. */
class Handover {
  #piece = Promise.withResolvers<{ text: string; last: boolean }>()
  #taken = Promise.withResolvers<void>()
  #closed = false

  /** Resolves when the piece has been accepted and the next one is wanted; rejects if the reader has stopped. */
  async give(text: string): Promise<void> {
    if (this.#closed) throw viewError('stream_closed')
    this.#taken = Promise.withResolvers()
    this.#piece.resolve({ text, last: false })
    await this.#taken.promise
  }

  end(text: string): void {
    this.#piece.resolve({ text, last: true })
  }

  fail(error: unknown): void {
    if (!this.#closed) this.#piece.reject(error)
  }

  close(): void {
    this.#closed = true
    this.#taken.promise.catch(() => undefined) // there may be no waiter
    this.#taken.reject(viewError('stream_closed'))
  }

  async *pieces(): AsyncGenerator<string, void, undefined> {
    for (;;) {
      const { text, last } = await this.#piece.promise
      if (!last) this.#piece = Promise.withResolvers()
      if (text !== '') yield text
      if (last) return
      this.#taken.resolve()
    }
  }
}

import type { Handler } from '@arlen/core'
import type { Context, ContextClass } from './context.ts'
import type { Engine } from './engine.ts'

/** How a request ended, for logs and measurements. */
export interface Finish {
  status: number
  /** Bytes of the response's content, without the head. */
  bytes: number
  /** From the first byte of the request's head to the last byte of the response. */
  durationMs: number
  /** Set if the response was cut off: the client disconnected, or the response's stream failed. */
  error: unknown
}

/** An engine with the handler of its requests. */
export interface Service extends Engine {
  readonly handler: Handler<Context>
  readonly Context: ContextClass
  readonly onError: (error: unknown, c: Context) => unknown
  readonly onFinish: ((c: Context, finish: Finish) => void) | null
}

import type { Handler } from '@arlen/core'
import type { Context, ContextClass } from './context.ts'
import type { Engine } from './engine.ts'

/** How a request ended, for logs and measurements. */
export interface Finish {
  status: number
  /** Bytes of the response's content; those of its head are not counted. */
  bytes: number
  /** From the first byte of the request's head that was read to the last of the response that was written. */
  durationMs: number
  /** Set where the response was cut: the client left, or the response's stream failed. */
  error: unknown
}

/** An engine with what answers its requests. */
export interface Service extends Engine {
  readonly handler: Handler<Context>
  readonly Context: ContextClass
  readonly onError: (error: unknown, c: Context) => unknown
  readonly onFinish: ((c: Context, finish: Finish) => void) | null
}

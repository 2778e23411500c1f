import type { Handler } from '@arlen/core'
import { LiveSet } from '../connection/live-set.ts'
import type { Context } from '../context.ts'
import { createService, type HttpOptions, readHttpOptions } from '../options.ts'
import { answerFetch } from './answer-fetch.ts'
import type { FetchSource } from './fetch-exchange.ts'

/** A server as `fetch`: a web Request in, a web Response out. */
export type Fetch = (request: globalThis.Request, source?: FetchSource) => Promise<globalThis.Response>

/**
 * Turns a handler into a {@link Fetch}, without a socket or a server. Limits, time-outs and rejections are those of a
 * server with these options.
 */
export function toFetch<C extends Context = Context>(
  handler: Handler<NoInfer<C>>,
  options: HttpOptions<C> = {},
): Fetch {
  const service = createService<C>(handler, readHttpOptions('toFetch()', options))
  const live = new LiveSet(service.clock)
  return (request, source) => answerFetch(service, live, request, source)
}

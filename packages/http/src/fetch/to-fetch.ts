import type { Handler } from '@arlen/core'
import { LiveSet } from '../connection/live-set.ts'
import type { Context } from '../context.ts'
import { createService, type HttpOptions, readHttpOptions } from '../options.ts'
import { answerFetch } from './answer-fetch.ts'
import type { FetchSource } from './fetch-exchange.ts'

/** What `fetch` is, where a server answers it: a web Request in, a web Response out. */
export type Fetch = (request: globalThis.Request, source?: FetchSource) => Promise<globalThis.Response>

/**
 * Makes of a handler what {@link Fetch} is, without a socket or a server. Limits, time-outs and what is rejected are those
 * of a server with these options.
 */
export function toFetch<C extends Context = Context>(
  handler: Handler<NoInfer<C>>,
  options: HttpOptions<C> = {},
): Fetch {
  const service = createService<C>(handler, readHttpOptions('toFetch()', options))
  const live = new LiveSet(service.clock)
  return (request, source) => answerFetch(service, live, request, source)
}

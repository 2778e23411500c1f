import type { LiveSet } from '../connection/live-set.ts'
import type { Service } from '../service.ts'
import { FetchExchange, type FetchSource } from './fetch-exchange.ts'
import { rejectedResponse } from './response.ts'

/** Answers a web Request as `service` answers one on a connection. */
export function answerFetch(
  service: Service,
  live: LiveSet,
  request: Request,
  source: FetchSource = {},
): Promise<Response> {
  if (service.draining) return Promise.resolve(rejectedResponse(service, 'server_closing', request.method))
  const exchange = new FetchExchange(service, request, source, one => live.delete(one))
  live.add(exchange)
  exchange.start()
  return exchange.response
}

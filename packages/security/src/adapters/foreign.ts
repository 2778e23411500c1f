import type { Logger } from '@arlen/core'
import type { Context, Middleware } from '@arlen/http'
import { ForeignContext, type ForeignHeaders, type ForeignRequest } from '@arlen/http/extend'
import { withCspNonce } from '../headers/csp-nonce.ts'
import type { RateLimitOptions } from '../rate-limit/rate-limit.ts'

/** Options of a rate limit in another framework: its functions receive that framework's requests. */
export interface ForeignRateLimitOptions<Request> extends Omit<RateLimitOptions, 'key' | 'cost' | 'skip'> {
  /**
   * What is counted: `address`, the client's address according to the framework, or the result of a function. If the
   * function returns nothing, the address counts.
   */
  key?: 'address' | ((request: Request) => string | number | undefined)
  /** The cost of a request. Default 1. */
  cost?: (request: Request) => number
  /** Requests to exclude from the limit. */
  skip?: (request: Request) => boolean
}

const NonceContext = withCspNonce(ForeignContext)
const requests = new WeakMap<Context, object>()

export function foreignContext(request: ForeignRequest, headers: ForeignHeaders, log: Logger): Context {
  const context = new NonceContext(request, headers, log)
  requests.set(context, request)
  return context
}

/** The middleware without a handler: what it returns when a request may pass. */
export function passing(middleware: Middleware): (c: Context) => unknown {
  return middleware(() => undefined)
}

/** The options with functions of contexts, which find the framework's request. */
export function ofContexts<Request>(options: ForeignRateLimitOptions<Request>): RateLimitOptions {
  const { key, cost, skip, ...rest } = options
  const given = (c: Context) => requests.get(c) as Request
  return {
    ...rest,
    ...(key !== undefined && { key: typeof key === 'function' ? c => key(given(c)) : key }),
    ...(cost && { cost: typeof cost === 'function' ? c => cost(given(c)) : cost }),
    ...(skip && { skip: typeof skip === 'function' ? c => skip(given(c)) : skip }),
  }
}

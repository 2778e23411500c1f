import { type Channel, channel } from 'node:diagnostics_channel'
import { isPromiseLike } from '@arlen/core'
import type { Context } from './context.ts'
import type { Finish, Service } from './service.ts'

/** `arlen:http:request:start` publishes `{ context }`; `…:finish` and `…:error` publish `{ context, finish }`. */
const started: Channel = channel('arlen:http:request:start')
const finished: Channel = channel('arlen:http:request:finish')
const failed: Channel = channel('arlen:http:request:error')

/** `arlen:http:request:exception` publishes `{ context, error }`: what a handler threw, before the response. */
const thrown: Channel = channel('arlen:http:request:exception')

/** `arlen:http:connection:open` and `…:close` publish `{ remoteAddress }`. */
const opened: Channel = channel('arlen:http:connection:open')
const closed: Channel = channel('arlen:http:connection:close')

interface Peer {
  readonly remoteAddress: string | undefined
}

export function observeOpen({ remoteAddress }: Peer): void {
  if (opened.hasSubscribers) opened.publish({ remoteAddress })
}

export function observeClose({ remoteAddress }: Peer): void {
  if (closed.hasSubscribers) closed.publish({ remoteAddress })
}

/** Whether anything subscribes to the start and end of requests; if not, no clock is read. */
export function isObserved(service: Service): boolean {
  return service.timings || service.onFinish !== null || finished.hasSubscribers || failed.hasSubscribers
}

export function observeStart(c: Context): void {
  if (started.hasSubscribers) started.publish({ context: c })
}

export function observeException(c: Context, error: unknown): void {
  if (thrown.hasSubscribers) thrown.publish({ context: c, error })
}

export function observeFinish(service: Service, c: Context, finish: Finish): void {
  if (finish.error !== undefined && failed.hasSubscribers) failed.publish({ context: c, finish })
  if (finished.hasSubscribers) finished.publish({ context: c, finish })
  if (service.onFinish === null) return
  const failedWith = (cause: unknown) => service.log.error({ err: cause }, 'onFinish failed')
  try {
    const result: unknown = service.onFinish(c, finish)
    if (isPromiseLike(result)) result.then(undefined, failedWith)
  } catch (cause) {
    failedWith(cause)
  }
}

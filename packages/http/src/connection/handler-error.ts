import { HttpError } from '@arlen/core'
import type { Context } from '../context.ts'
import { observeException } from '../observe.ts'
import type { Service } from '../service.ts'

/** Logs the error of a handler, notifies observers, and returns what the error handler returns. */
export function handleError(service: Service, c: Context, error: unknown): unknown {
  // Anyone can cause client errors and overload: neither may fill a disk.
  if (!(error instanceof HttpError) || (error.status >= 500 && error.code !== 'server_overloaded')) {
    c.log.error({ err: error, method: c.req.method, path: c.req.path }, 'request failed')
  }
  observeException(c, error)
  if (c._response !== null || c._base?.list.describesContent) c.res.headers.deleteRepresentation()
  return service.onError(error, c)
}

/** Handles any thrown value: a proxy may throw again when it is examined. */
export function isHttpError(error: unknown): error is HttpError {
  try {
    return error instanceof HttpError
  } catch {
    return false
  }
}

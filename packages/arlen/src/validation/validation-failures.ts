import { type Handler, HttpError, isPromiseLike } from '@arlen/core'
import type { Context } from '@arlen/http'
import { formOf } from './form.ts'

/**
 * Treats failures that only a handler can find, such as an address that is already taken, like those of a schema: for an
 * `HttpError` below 500 with `errors`, `c.form` is filled, the status is set, and `invalid` responds.
 */
export function showValidationFailures(handler: Handler<Context>, invalid: (c: Context) => unknown): Handler<Context> {
  const show = (error: unknown, c: Context) => {
    if (!(error instanceof HttpError) || error.status >= 500 || !error.errors?.length) throw error
    c.form = formOf((c.valid as { body?: unknown } | undefined)?.body, error.errors)
    c.res.status = error.status
    for (const [name, value] of Object.entries(error.headers ?? {})) c.res.headers.set(name, value)
    return invalid(c)
  }
  return c => {
    let result: unknown
    try {
      result = handler(c)
    } catch (error) {
      return show(error, c)
    }
    return isPromiseLike(result) ? result.then(undefined, error => show(error, c)) : result
  }
}

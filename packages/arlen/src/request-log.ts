import { HttpError, type Logger } from '@arlen/core'
import type { Context, Finish, Reply } from '@arlen/http'
import type { ErrorHandler } from './app.ts'

/** One line for each request. */
export function logRequests(log: Logger): (c: Context, finish: Finish) => void {
  return (c, finish) => {
    const { req, timings } = c
    log.info(
      {
        requestId: req.id,
        method: req.method,
        path: req.path,
        route: c.route?.path,
        status: finish.status,
        durationMs: Math.round(finish.durationMs * 1000) / 1000,
        bytes: finish.bytes,
        ...(timings && { timings: timings.toJSON() }),
      },
      'request',
    )
  }
}

/**
 * Answers an error by the application's own handlers, else by the built-in one, and logs what is the program's fault
 * with everything there is to know. A handler of errors that fails itself is logged and passed over.
 */
export function logErrors(
  handlers: readonly ErrorHandler[],
  answerError: (error: unknown, c: Context) => Reply,
): (error: unknown, c: Context) => unknown {
  return (error, c) => {
    if (!(error instanceof HttpError) || error.status >= 500) {
      c.log.error({ err: error, method: c.req.method, path: c.req.path, route: c.route?.path }, 'request failed')
    }
    if (handlers.length === 0) return answerError(error, c)
    return askHandlers(handlers, error, c).then(answer => answer ?? answerError(error, c))
  }
}

async function askHandlers(handlers: readonly ErrorHandler[], error: unknown, c: Context): Promise<unknown> {
  for (const handler of handlers) {
    try {
      const answer = await handler(error, c)
      if (answer !== undefined) return answer
    } catch (failure) {
      c.log.error({ err: failure }, 'an error handler failed')
    }
  }
  return undefined
}

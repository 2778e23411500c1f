import { HttpError, PROBLEM_TYPE, toProblem } from '@arlen/core'
import { developmentProblem, negotiate, renderProblem } from '@arlen/core/error-report'
import { type Context, Reply } from '@arlen/http'
import { errorPage } from './error-page.ts'

/** Makes an answer of an error, or leaves it to the next by returning undefined. */
export type ErrorHandler = (error: unknown, c: Context) => unknown

export interface ErrorResponderOptions {
  /** Browsers get JSON too. */
  apiOnly: boolean
  /** Shows what went wrong and where; never true in production. */
  development: boolean
}

/**
 * Turns any error into the one shape of failures: a problem document for programs, the same as a page for browsers.
 * Outside development nothing of an unexpected error is shown but its correlation id.
 */
export function errorResponder(options: ErrorResponderOptions): (error: unknown, c: Context) => Reply {
  const { apiOnly, development } = options
  return (error, c) => {
    const client = { accept: apiOnly ? undefined : c.req.header('accept') }
    // A refusal is the application's answer and no failure of it: it looks the same everywhere.
    const expected = error instanceof HttpError && error.status < 500
    if (development && !expected) return developmentReply(error, c, client)
    const problem = toProblem(error, c.req.id)
    const html = negotiate(client) === 'html'
    const reply = html ? errorPage(problem) : new Reply(JSON.stringify(problem), PROBLEM_TYPE, problem.status)
    if (!apiOnly) reply.headers.append('Vary', 'Accept')
    if (error instanceof HttpError) {
      for (const [name, value] of Object.entries(error.headers ?? {})) reply.headers.set(name, value)
    }
    return reply
  }
}

function developmentReply(error: unknown, c: Context, client: { accept?: string | undefined }): Reply {
  const { req, params } = c
  const problem = developmentProblem(error, {
    correlationId: req.id,
    request: { method: req.method, url: req.url, facts: { headers: req.headers, params } },
  })
  const { status, headers, body } = renderProblem(problem, { ...client, userAgent: req.header('user-agent') })
  return new Reply(body, headers['content-type'] ?? PROBLEM_TYPE, { status, headers })
}

/** Answers an error by the application's own handlers, else by the built-in one. One that fails itself is passed over. */
export function answerErrors(
  handlers: readonly ErrorHandler[],
  answerError: (error: unknown, c: Context) => Reply,
): (error: unknown, c: Context) => unknown {
  if (handlers.length === 0) return answerError
  return async (error, c) => {
    for (const handler of handlers) {
      try {
        const answer = await handler(error, c)
        if (answer !== undefined) return answer
      } catch (failure) {
        c.log.error({ err: failure }, 'an error handler failed')
      }
    }
    return answerError(error, c)
  }
}

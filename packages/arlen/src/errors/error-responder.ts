import { HttpError, isPromiseLike, PROBLEM_TYPE, type Problem, toProblem } from '@arlen/core'
import { developmentProblem, negotiate, renderProblem } from '@arlen/error-report'
import { type Context, Reply } from '@arlen/http'
import { errorPage } from './error-page.ts'
import { type ListedRoute, nearRoutes } from './near-routes.ts'

/** Turns an error into a response, or returns undefined to leave it to the next handler. */
export type ErrorHandler = (error: unknown, c: Context) => unknown

export interface ErrorResponderOptions {
  /** Sends JSON to browsers too. */
  apiOnly: boolean
  /** Shows what went wrong and where; never true in production. */
  development: boolean
  /** The application's own pages. */
  pages?: ErrorPages | undefined
  /** The routes that a 404 suggests in development. */
  routes?: Iterable<ListedRoute> | undefined
}

/** Where an application keeps its own error pages. */
export interface ErrorPages {
  /** The template for a status; undefined if there is none. */
  errorPage(status: number): string | undefined
  contentType(name: string): string
  render(name: string, locals: object, c: Context): string | Promise<string>
}

/** What an `errors/` template can use in addition to what every page has. */
export interface ErrorPageLocals {
  /** The text of the status: `Not Found`. */
  title: string
  problem: Problem
}

/**
 * Turns any error into the one form of failures: a problem document for programs, a page with the same content for
 * browsers. Outside development, an unexpected error shows nothing but its correlation id.
 */
export function errorResponder(options: ErrorResponderOptions): (error: unknown, c: Context) => Reply {
  const { apiOnly, development, pages, routes } = options
  return (error, c) => {
    const client = { accept: apiOnly ? undefined : c.req.header('accept') }
    // A rejection is a response of the application, not a failure: it looks the same everywhere.
    const expected = error instanceof HttpError && error.status < 500
    if (development && !expected) return developmentReply(error, c, client)
    const problem = toProblem(error, c.req.id)
    const html = negotiate(client) === 'html'
    const near = development && problem.code === 'not_found' && routes ? nearRoutes(c.req.path, routes) : undefined
    const told = near ? { ...problem, near } : problem
    const reply = html ? pageOf(problem, c, pages, near) : new Reply(JSON.stringify(told), PROBLEM_TYPE, problem.status)
    if (error instanceof HttpError) {
      for (const [name, value] of Object.entries(error.headers ?? {})) reply.headers.set(name, value)
    }
    if (!apiOnly) reply.headers.add('Vary', 'Accept')
    return reply
  }
}

/** The application's own page, else the built-in one, which also replaces an application page that fails. */
function pageOf(problem: Problem, c: Context, pages: ErrorPages | undefined, near?: readonly string[]): Reply {
  const builtIn = (failure: unknown, name: string | undefined): Reply => {
    c.log.error({ err: failure, template: name }, 'an error page failed')
    return errorPage(problem)
  }
  let name: string | undefined
  try {
    name = pages?.errorPage(problem.status)
    if (pages === undefined || name === undefined) return errorPage(problem, near)
    const locals: ErrorPageLocals = { title: problem.title, problem }
    const page = pages.render(name, locals, c)
    const body = isPromiseLike(page) ? settled(page, failure => builtIn(failure, name)) : page
    return new Reply(body, pages.contentType(name), problem.status)
  } catch (failure) {
    return builtIn(failure, name)
  }
}

/** Handles a page that waits for something: `c.problem()` returns a response immediately, whose body may come later. */
async function* settled(page: PromiseLike<string>, failed: (reason: unknown) => Reply): AsyncGenerator<string> {
  yield await page.then(undefined, reason => failed(reason).body as string)
}

function developmentReply(error: unknown, c: Context, client: { accept?: string | undefined }): Reply {
  const { req, params } = c
  const facts = { params: { ...params }, query: known(() => req.query), session: sessionOf(c), headers: req.headers }
  const problem = developmentProblem(error, {
    correlationId: req.id,
    // A handler's return value, or an error without a stack trace, is attributed to where its route was added.
    otherwise: known(() => c.route?.source),
    request: { method: req.method, url: req.url, facts },
  })
  const { status, headers, body } = renderProblem(problem, { ...client, userAgent: req.header('user-agent') })
  return new Reply(body, headers['content-type'] ?? PROBLEM_TYPE, { status, headers })
}

/** The content of the session, if there is one and it is available. */
function sessionOf(c: Context): Readonly<Record<string, unknown>> | undefined {
  return known(() => {
    const { session } = c
    return { ...(session.user && { user: session.user }), ...Object.fromEntries(session.entries()) }
  })
}

function known<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined // the session may be what failed
  }
}

/** Handles an error with the application's own handlers, else with the built-in one. A handler that fails is skipped. */
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

import { HttpError, isPromiseLike, PROBLEM_TYPE, type Problem, toProblem } from '@arlen/core'
import { developmentProblem, negotiate, renderProblem } from '@arlen/error-report'
import { type Context, Reply } from '@arlen/http'
import { errorPage } from './error-page.ts'
import { type ListedRoute, nearRoutes } from './near-routes.ts'

/** Makes a response of an error, or leaves it to the next by returning undefined. */
export type ErrorHandler = (error: unknown, c: Context) => unknown

export interface ErrorResponderOptions {
  /** Browsers get JSON too. */
  apiOnly: boolean
  /** Shows what went wrong and where; never true in production. */
  development: boolean
  /** The application's own pages. */
  pages?: ErrorPages | undefined
  /** The routes that a 404 suggests in development. */
  routes?: Iterable<ListedRoute> | undefined
}

/** Where an application keeps its own pages for errors. */
export interface ErrorPages {
  /** The template for a status; undefined where there is none. */
  errorPage(status: number): string | undefined
  contentType(name: string): string
  render(name: string, locals: object, c: Context): string | Promise<string>
}

/** What a template of `errors/` can see besides what every page has. */
export interface ErrorPageLocals {
  /** Of the status: `Not Found`. */
  title: string
  problem: Problem
}

/**
 * Turns any error into the one shape of failures: a problem document for programs, the same as a page for browsers.
 * Outside development nothing of an unexpected error is shown but its correlation id.
 */
export function errorResponder(options: ErrorResponderOptions): (error: unknown, c: Context) => Reply {
  const { apiOnly, development, pages, routes } = options
  return (error, c) => {
    const client = { accept: apiOnly ? undefined : c.req.header('accept') }
    // A rejection is the application's answer and no failure of it: it looks the same everywhere.
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

/** The application's own page, else the built-in one, which also stands in where the application's fails itself. */
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

/** A page that waits for something: what `c.problem()` returns is a response at once, whose body may come later. */
async function* settled(page: PromiseLike<string>, failed: (reason: unknown) => Reply): AsyncGenerator<string> {
  yield await page.then(undefined, reason => failed(reason).body as string)
}

function developmentReply(error: unknown, c: Context, client: { accept?: string | undefined }): Reply {
  const { req, params } = c
  const facts = { params: { ...params }, query: known(() => req.query), session: sessionOf(c), headers: req.headers }
  const problem = developmentProblem(error, {
    correlationId: req.id,
    // What a handler returns, or throws without a stack trace, is looked for where its route was added.
    otherwise: known(() => c.route?.source),
    request: { method: req.method, url: req.url, facts },
  })
  const { status, headers, body } = renderProblem(problem, { ...client, userAgent: req.header('user-agent') })
  return new Reply(body, headers['content-type'] ?? PROBLEM_TYPE, { status, headers })
}

/** What the session holds, set by this very request or before; nothing where there is no session, whatever the reason. */
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
    return undefined // it may be just this that failed
  }
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

import { type App, HttpError } from 'arlen'

/**
 * Errors as pages of the shop, for browsers; programs get the problem document that the framework makes. Failures (5xx)
 * are left to the framework too: a page that needs templates may be what failed.
 */
export function errorPages(app: App): void {
  app.onError((error, c) => {
    if (!(error instanceof HttpError) || error.status >= 500) return undefined
    if (!c.req.header('accept')?.includes('text/html')) return undefined
    const { status, code, message, errors = [] } = error
    c.res.status = status
    c.res.headers.append('Vary', 'Accept')
    for (const [name, value] of Object.entries(error.headers ?? {})) c.res.headers.set(name, value)
    return c.render('error', { title: message, status, code, errors, correlationId: c.req.id })
  })
}

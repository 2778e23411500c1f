import { cspReports, rateLimit } from '@arlen/security'
import type { App } from './app.ts'

/** Far more than the pages of one visitor report, unless each of their elements is refused. */
const REPORTS_A_MINUTE = 60

/**
 * Takes the reports of violations where `security.csp.reportTo` is a path of this application. A route of the
 * application's own takes precedence.
 */
export function addCspReportRoute(app: App): void {
  const { enabled, csp } = app.config.security
  const [path = ''] = csp.reportTo.split('?')
  if (!enabled || !csp.enabled || !path.startsWith('/')) return
  if (app.router.routes.some(route => route.path === path)) return
  const limit = rateLimit({
    ...{ name: 'csp-reports', limit: REPORTS_A_MINUTE, windowMs: 60_000 },
    ...{ store: 'memory', headers: false },
  })
  app.post(path, { csrfExempt: 'browsers send no token with reports', openApi: false, use: limit }, cspReports())
}

import { cspReports, rateLimit } from '@arlen/security'
import type { Config } from '../config/config.ts'
import type { BuiltInRoutes } from './built-in-routes.ts'

/** Far more than the pages of one visitor report, unless every element is blocked. */
const REPORTS_A_MINUTE = 60

/** Accepts violation reports if `security.csp.reportTo` is a path of this application. */
export function addCspReportRoute(routes: BuiltInRoutes, { enabled, csp }: Config['security']): void {
  const [path = ''] = csp.reportTo.split('?')
  if (!enabled || !csp.enabled || !path.startsWith('/')) return
  const limit = rateLimit({
    name: 'csp-reports',
    limit: REPORTS_A_MINUTE,
    windowMs: 60_000,
    store: 'memory',
    headers: false,
  })
  routes.post(path, { csrfExempt: 'browsers send no token with reports', openApi: false, use: limit }, cspReports())
}

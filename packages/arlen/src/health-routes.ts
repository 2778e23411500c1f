import type { Context } from '@arlen/http'
import type { App } from './app.ts'
import type { HealthReport } from './health.ts'

/**
 * `/livez` and `/healthz` say that the process answers, and touch nothing else; `/readyz` says whether it should be
 * sent requests. A route of the application's own takes precedence.
 */
export function addHealthRoutes(app: App): void {
  const taken = new Set(app.router.routes.map(route => route.path))
  const alive = (c: Context) => c.json({ status: 'ok' }, NO_STORE)
  if (!taken.has('/healthz')) app.get('/healthz', alive)
  if (!taken.has('/livez')) app.get('/livez', alive)
  if (!taken.has('/readyz')) app.get('/readyz', async c => answer(c, await app.health.report()))
}

const NO_STORE = { headers: { 'cache-control': 'no-store' } }

/** Which check failed is for the log: probes come from anywhere, and reasons name hosts. */
function answer(c: Context, report: HealthReport): unknown {
  if (report.status !== 'ok') c.log.warn({ health: report }, 'not ready')
  return c.json({ status: report.status }, { ...NO_STORE, status: report.status === 'ok' ? 200 : 503 })
}

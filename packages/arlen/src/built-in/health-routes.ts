import { LIVENESS_PATHS, READINESS_PATH } from '@arlen/core/health-paths'
import type { Context } from '@arlen/http'
import { addressTest } from '@arlen/http/extend'
import { appError } from '../errors.ts'
import type { BuiltInRoutes } from './built-in-routes.ts'
import type { Health, HealthReport } from './health.ts'

/**
 * `/livez` and `/healthz` say that the process responds, and depend on nothing else; `/readyz` says whether it should
 * receive requests.
 *
 * @param trusted - addresses and ranges that may see which check failed
 */
export function addHealthRoutes(routes: BuiltInRoutes, health: Health, trusted: readonly string[]): void {
  const alive = (c: Context) => c.json({ status: 'ok' }, NO_STORE)
  const isTrusted = addressTest(trusted, problem => appError('address_invalid', { problem }))
  for (const path of LIVENESS_PATHS) routes.get(path, NO_DOCUMENT, alive)
  routes.get(READINESS_PATH, NO_DOCUMENT, async c => answer(c, await health.report(), isTrusted(c.req.ip || undefined)))
}

/** They are for orchestrators and not part of the application's API. */
const NO_DOCUMENT = { openApi: false } as const

const NO_STORE = { headers: { 'cache-control': 'no-store' } }

/** Only the log and trusted clients learn which check failed: probes come from anywhere, and reasons name hosts. */
function answer(c: Context, report: HealthReport, detailed: boolean): unknown {
  if (report.status !== 'ok') c.log.warn({ health: report }, 'not ready')
  const body = detailed ? report : { status: report.status }
  return c.json(body, { ...NO_STORE, status: report.status === 'ok' ? 200 : 503 })
}

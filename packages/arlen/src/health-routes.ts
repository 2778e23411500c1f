import { BlockList, isIP } from 'node:net'
import type { Context } from '@arlen/http'
import type { App } from './app.ts'
import { appError } from './errors.ts'
import type { HealthReport } from './health.ts'

/**
 * `/livez` and `/healthz` say that the process answers, and touch nothing else; `/readyz` says whether it should be
 * sent requests. A route of the application's own takes precedence.
 */
export function addHealthRoutes(app: App): void {
  const taken = new Set(app.router.routes.map(route => route.path))
  const alive = (c: Context) => c.json({ status: 'ok' }, NO_STORE)
  if (!taken.has('/healthz')) app.get('/healthz', NO_DOCUMENT, alive)
  if (!taken.has('/livez')) app.get('/livez', NO_DOCUMENT, alive)
  if (!taken.has('/readyz')) {
    const isTrusted = addressTest(app.config.health.trusted)
    app.get('/readyz', NO_DOCUMENT, async c => answer(c, await app.health.report(), isTrusted(c.req.ip)))
  }
}

/** They are for orchestrators and not of the application's API. */
const NO_DOCUMENT = { openApi: false } as const

const NO_STORE = { headers: { 'cache-control': 'no-store' } }

/** Which check failed is for the log and for those who are trusted: probes come from anywhere, and reasons name hosts. */
function answer(c: Context, report: HealthReport, detailed: boolean): unknown {
  if (report.status !== 'ok') c.log.warn({ health: report }, 'not ready')
  const body = detailed ? report : { status: report.status }
  return c.json(body, { ...NO_STORE, status: report.status === 'ok' ? 200 : 503 })
}

function addressTest(ranges: readonly string[]): (ip: string) => boolean {
  const list = new BlockList()
  for (const range of ranges) {
    const [address = '', prefix] = range.split('/')
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    if (isIP(address) === 0) throw appError('address_invalid', { range })
    if (prefix === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(prefix), family)
  }
  return ip => isIP(ip) !== 0 && list.check(ip, isIP(ip) === 6 ? 'ipv6' : 'ipv4')
}

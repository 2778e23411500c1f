import { option, readOptions } from '@arlen/core/options'
import type { Handler } from '@arlen/http'
import { RateLimiter } from '../rate-limit/rate-limiter.ts'

const TYPES = /^application\/(?:csp-report|reports\+json|json)\s*(?:;|$)/i
const MAX_BYTES = 16 * 1024
const MAX_REPORTS = 10
const MAX_TEXT = 200

/** Options of {@link cspReports}. */
export interface CspReportsOptions {
  /** Maximum number of reports logged per minute; the rest are counted. Default 20. */
  perMinute?: number
}

/**
 * A handler for browsers' CSP violation reports. It logs one line per report, up to a limit per minute, because anyone
 * can send them. URLs are logged without their query, which may contain tokens and names.
 *
 * Mount it for POST at the path of `reportTo`, without CSRF protection: browsers send no token with reports.
 *
 * @throws ArlenError `option_unknown`, `option_invalid`
 */
export function cspReports(options: CspReportsOptions = {}): Handler {
  const { perMinute = 20 } = readOptions('cspReports()', options, { perMinute: option.integer(1) })
  const budget = new RateLimiter(
    { name: 'csp-reports', limit: perMinute, windowMs: 60_000, algorithm: 'token-bucket' },
    { maxKeys: 8 },
  )
  let suppressed = 0
  return async c => {
    if (!TYPES.test(c.req.header('content-type') ?? '')) return c.problem(415)
    c.req.maxBodyBytes = MAX_BYTES
    for (const violation of violations(await c.req.text())) {
      if (!budget.consume('all').allowed) {
        suppressed++
        continue
      }
      c.log.warn({ violation, ...(suppressed > 0 && { suppressed }) }, 'content security policy violation')
      suppressed = 0
    }
    return c.empty()
  }
}

/** Reads both formats: `{"csp-report": {…}}` of report-uri, and the list of the Reporting API. */
function violations(text: string): Record<string, string | number>[] {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    return [] // the sender does not read the response
  }
  const items = (Array.isArray(parsed) ? parsed : [parsed]).slice(0, MAX_REPORTS)
  return items
    .map(bodyOf)
    .filter(body => body !== undefined)
    .map(describe)
}

function bodyOf(item: unknown): Record<string, unknown> | undefined {
  if (typeof item !== 'object' || item === null) return undefined
  const report = item as Record<string, unknown>
  const body = report['csp-report'] ?? (report.type === 'csp-violation' ? report.body : undefined)
  return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : undefined
}

function describe(body: Record<string, unknown>): Record<string, string | number> {
  const found: Record<string, string | number> = {}
  for (const [name, oldKey, newKey] of MEMBERS) {
    const value = body[oldKey] ?? body[newKey]
    if (typeof value === 'number') found[name] = value
    else if (typeof value === 'string') found[name] = value.split(/[?#]/, 1)[0]!.slice(0, MAX_TEXT)
  }
  return found
}

const MEMBERS = [
  ['directive', 'effective-directive', 'effectiveDirective'],
  ['blocked', 'blocked-uri', 'blockedURL'],
  ['page', 'document-uri', 'documentURL'],
  ['source', 'source-file', 'sourceFile'],
  ['line', 'line-number', 'lineNumber'],
  ['disposition', 'disposition', 'disposition'],
] as const

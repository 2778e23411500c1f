import { createHash } from 'node:crypto'
import { DEVELOPMENT_PATH, type Html, html, PAGE_STYLE, raw } from '@arlen/error-report/page'
import type { RouteInfo, SettingInfo } from '../child/protocol.ts'
import type { LoggedRequest } from './request-log.ts'

/** What the development server knows about the application. */
export interface Insight {
  state: string
  build: string
  /** How long the last build took, in milliseconds. */
  buildMs: number | undefined
  root: string
  routes: readonly RouteInfo[]
  config: readonly SettingInfo[]
  requests: readonly LoggedRequest[]
}

const STYLE = `${PAGE_STYLE}
header{border-top-color:var(--good)}
table{border-collapse:collapse;width:100%;font-size:.9rem}th{text-align:left;color:var(--dim);font-weight:500}
td,th{padding:.25rem .8rem .25rem 0;border-bottom:1px solid var(--line);vertical-align:top;overflow-wrap:anywhere}
td{font-family:ui-monospace,monospace}`
const HASH = createHash('sha256').update(STYLE).digest('base64')

/** Renders the insight page: routes, configuration, and recent requests with timings and SQL. */
export function insightPage(insight: Insight): { headers: Readonly<Record<string, string>>; body: string } {
  const { routes, config, requests, state, build, buildMs, root } = insight
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>boomhauer</title><style>${raw(STYLE)}</style></head><body>
<header><div><p><span>${root}</span></p><h1>${state}</h1><p>build ${build}${buildMs !== undefined && ` in ${Math.round(buildMs)} ms`}</p></div></header><main>
<p><a href="${DEVELOPMENT_PATH}outbox">Mail that the application has sent</a></p>
<h2>Requests</h2>${table(['Time', 'Request', 'Status', 'ms', 'Stages', 'SQL'], requests.map(requestRow))}
<h2>Routes</h2>${table(
    ['Methods', 'Path', 'Name'],
    routes.map(route => [route.methods, route.path, route.name ?? '']),
  )}
<h2>Configuration</h2>${table(
    ['Setting', 'Value', 'From'],
    config.map(({ key, value, source }) => [key, value, source]),
  )}
</main></body></html>
`
  const policy = `default-src 'none'; style-src 'sha256-${HASH}'; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`
  return { headers: { 'content-security-policy': policy }, body: page.html }
}

function requestRow({ at, method, path, status, timings = {}, sql = [] }: LoggedRequest): string[] {
  const stages = Object.entries(timings).filter(([stage, ms]) => stage !== 'total' && ms > 0)
  return [
    new Date(at).toTimeString().slice(0, 8),
    `${method} ${path}`,
    String(status),
    String(timings.total ?? ''),
    stages.map(([stage, ms]) => `${stage} ${ms}`).join(', '),
    sql.map(({ text, ms }) => `${ms} ms  ${text}`).join('\n'),
  ]
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): Html {
  if (rows.length === 0) return html`<p class="folded">Nothing yet.</p>`
  const head = heads.map(text => html`<th>${text}</th>`)
  const body = rows.map(row => html`<tr>${row.map(text => html`<td>${text}</td>`)}</tr>`)
  return html`<table><tr>${head}</tr>${body}</table>`
}

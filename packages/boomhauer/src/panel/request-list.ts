import { DEVELOPMENT_PATH, type Html, html } from '@arlen/error-report/page'
import type { SqlRecord } from '../child/protocol.ts'
import { duration, filterForm, liveList, type Page, table, timeOf } from './layout.ts'
import type { LoggedRequest } from './request-log.ts'

/** The latest requests, or those that contain a text. */
export function requestsPage(all: readonly LoggedRequest[], query: string): Page {
  const requests = all.filter(({ method, path, status, route }) =>
    `${method} ${path} ${status} ${route ?? ''}`.toLowerCase().includes(query.toLowerCase()),
  )
  const content = html`${filterForm('requests', query)}${requestTable(requests)}`
  return { title: 'Requests', section: 'requests', json: requests, content, reloads: true }
}

export function requestTable(requests: readonly LoggedRequest[]): Html {
  const rows = table(
    ['Time', 'Request', 'Status', 'Total', 'SQL', 'Templates', 'Log'],
    requests.map(row),
    'No request yet. Requests that the application answers appear here.',
  )
  return liveList('requests', rows)
}

function row({ id, at, method, path, status, timings, sql = [], templates = [], logs = [] }: LoggedRequest): Html {
  const queries = sql.reduce((sum, { count }) => sum + count, 0)
  const complaints = logs.filter(({ level }) => level === 'warn' || level === 'error' || level === 'fatal').length
  return html`<tr data-key="${id}"><td class="time">${timeOf(at)}</td><td><a href="${DEVELOPMENT_PATH}requests/${id}">${method} ${path}</a></td><td class="${statusClass(status)}">${status}</td><td class="number">${timings?.total !== undefined && duration(timings.total)}</td><td>${queries > 0 && html`${queries} `}${sqlMarks(sql)}</td><td class="number">${templates.length > 0 && templates.length}</td><td>${complaints > 0 ? html`<span class="mark">${complaints} of ${logs.length}</span>` : html`${logs.length > 0 && logs.length}`}</td></tr>`
}

export function statusClass(status: number): string {
  return `status-${Math.floor(status / 100)}`
}

function sqlMarks(sql: readonly SqlRecord[]): Html[] {
  return [
    ...(sql.some(({ repeated }) => repeated) ? [html`<span class="mark">n+1</span> `] : []),
    ...(sql.some(({ slow }) => slow) ? [html`<span class="mark">slow</span> `] : []),
    ...(sql.some(({ failed }) => failed) ? [html`<span class="mark bad">failed</span>`] : []),
  ]
}

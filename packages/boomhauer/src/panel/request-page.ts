import { DEVELOPMENT_PATH, type Html, highlight, html } from '@arlen/error-report/page'
import type { SqlRecord } from '../child/protocol.ts'
import { duration, type Page, table, timeOf } from './layout.ts'
import { type Places, placeLink } from './place.ts'
import { statusClass } from './request-list.ts'
import type { LoggedRequest } from './request-log.ts'

/** PostgreSQL's plan of one query of a request, or why there is none. */
export interface Plan {
  /** The index of the query. */
  query: number
  text?: string
  failure?: string
}

export interface RequestPageOptions extends Places {
  plan?: Plan | undefined
}

/** Everything that is known about one request. */
export function requestPage(request: LoggedRequest, options: RequestPageOptions): Page {
  const { id, at, method, path, status, route, sql = [], templates = [], logs = [], mails = [] } = request
  const content = html`<p class="facts"><span class="${statusClass(status)}">${status}</span><span>${timeOf(at)}</span>${route !== undefined && html`<span>route <code>${route}</code></span>`}<span>request ${id}</span></p>
<h2>Stages</h2>${stages(request)}
<h2>SQL</h2>${sql.length === 0 ? html`<p class="folded">No queries.</p>` : sql.map((query, i) => queryPart(id, query, i, options))}
<h2>Templates</h2>${table(
    ['Template', 'Rendered'],
    templates.map(({ name, count }) => html`<tr><td>${name}</td><td class="number">${count} ×</td></tr>`),
    'None were rendered.',
  )}
<h2>Log</h2>${table(
    ['After', 'Level', 'Line'],
    logs.map(
      ({ atMs, level, text }) =>
        html`<tr><td class="time">${duration(atMs)}</td><td class="level level-${level}">${level}</td><td>${text}</td></tr>`,
    ),
    'Nothing was logged.',
  )}
${mails.length > 0 && html`<h2>Mail</h2>${table(['To', 'Subject', 'Template'], mails.map(mailRow))}<p><a href="${DEVELOPMENT_PATH}outbox">Mail that was kept</a></p>`}`
  const { plan } = options
  const json = plan ? { request, plan } : request
  // A plan was asked for by a form: the page is not loaded again, which would ask a second time.
  return { title: `${method} ${path}`, section: 'requests', json, content, reloads: plan === undefined }
}

function mailRow({ to, subject, template }: NonNullable<LoggedRequest['mails']>[number]): Html {
  return html`<tr><td>${to.join(', ')}</td><td>${subject}</td><td>${template}</td></tr>`
}

/** The time of each stage as a bar and a table. What no stage accounts for is the rest. */
function stages({ timings = {} }: LoggedRequest): Html {
  const { total = 0, ...named } = timings
  const measured = Object.entries(named).filter(([, ms]) => ms > 0)
  const rest = total - measured.reduce((sum, [, ms]) => sum + ms, 0)
  const parts = rest > 0.005 ? [...measured, ['rest', rest] as const] : measured
  const sum = parts.reduce((all, [, ms]) => all + ms, 0)
  if (sum === 0) return html`<p class="folded">Not measured.</p>`
  let x = 0
  const bars = parts.map(([name, ms]) => {
    const width = (100 * ms) / sum
    x += width
    return html`<rect class="${name}" x="${(x - width).toFixed(2)}" y="0" width="${width.toFixed(2)}" height="1"/>`
  })
  const rows = parts.map(
    ([name, ms]) =>
      html`<tr><td><i class="key"><svg viewBox="0 0 1 1" aria-hidden="true"><rect class="${name}" width="1" height="1"/></svg></i>${name.replace('_', ' ')}</td><td class="number">${duration(ms)}</td></tr>`,
  )
  return html`<svg class="bar" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">${bars}</svg>${table(['Stage', 'Time'], [...rows, html`<tr><th scope="row">total</th><td class="number">${duration(total)}</td></tr>`])}`
}

function queryPart(id: number, query: SqlRecord, index: number, options: RequestPageOptions): Html {
  const { text, count, ms, rows, slow, repeated, failed, clipped } = query
  const plan = options.plan?.query === index ? options.plan : undefined
  const lines = highlight(text.split('\n'), 'query.sql')
  const marked = lines.map((line, i) => (i === 0 ? line : html`\n${line}`))
  return html`<section class="query" id="sql-${index}"><pre class="wrap" tabindex="0">${marked}</pre><div class="facts"><span>${count > 1 && html`${count} × `}${duration(ms)}</span>${rows !== undefined && html`<span>${rows} row${rows === 1 ? '' : 's'}</span>`}${repeated && html`<span class="mark">n+1: repeated ${count} times</span>`}${slow && html`<span class="mark">slow</span>`}${failed && html`<span class="mark bad">failed</span>`}${caller(query, options)}${!clipped && html`<form method="post" action="${DEVELOPMENT_PATH}requests/${id}/sql/${index}/plan"><button>Explain</button></form>`}</div>
${plan?.text !== undefined && html`<pre class="plain" tabindex="0">${plan.text}</pre>`}${plan?.failure !== undefined && html`<p class="bad">${plan.failure}</p>`}</section>`
}

/** Where the query was run. */
function caller({ caller: at }: SqlRecord, places: Places): Html | undefined {
  const [, file, line, column] = /^(.+?):(\d+)(?::(\d+))?$/.exec(at ?? '') ?? []
  if (file === undefined) return undefined
  return placeLink({ file, line: Number(line), column: column === undefined ? undefined : Number(column) }, places)
}

import type { Inspection } from '@arlen/core'
import { DEVELOPMENT_PATH, html } from '@arlen/error-report/page'
import type { RouteInfo, SettingInfo } from '../child/protocol.ts'
import { duration, type Page } from './layout.ts'
import type { Places } from './place.ts'
import { requestTable } from './request-list.ts'
import type { LoggedRequest } from './request-log.ts'
import { routesOf, routeTable } from './routes-page.ts'

/** What the development server knows about the application. */
export interface Insight {
  state: 'building' | 'ready' | 'failed'
  build: string
  /** How long the last build took, in milliseconds. */
  buildMs: number | undefined
  /** Why the last build failed. */
  failure?: string | undefined
  root: string
  routes: readonly RouteInfo[]
  config: readonly SettingInfo[]
  requests: readonly LoggedRequest[]
}

const LATEST = 10

/** The state of the application, its latest requests and its routes; as JSON, everything. */
export function overviewPage(insight: Insight, inspection: Inspection | undefined, places: Places): Page {
  const { state, build, buildMs, failure, root, requests } = insight
  const routes = routesOf(inspection, insight.routes)
  const content = html`<p class="facts"><span class="mark ${state === 'failed' ? 'bad' : state === 'ready' && 'good'}">${state}</span><span>build <code>${build}</code>${buildMs !== undefined && html` in ${duration(buildMs)}`}</span><span>${root}</span></p>
${failure !== undefined && html`<p class="bad">${failure}</p>`}
<h2 id="requests">Latest requests</h2>${requestTable(requests.slice(0, LATEST))}
<p><a href="${DEVELOPMENT_PATH}requests">All requests</a></p>
<h2 id="routes" tabindex="-1">Routes</h2>${routeTable(routes, places)}`
  const json = { ...insight, routes, jobs: inspection?.jobs ?? [] }
  return { title: 'Overview', section: '', json, content, reloads: true }
}

import type { InspectedJob } from '@arlen/core'
import { DEVELOPMENT_PATH, type Html, html } from '@arlen/error-report/page'
import { duration, liveList, type Page, table, timeOf } from './layout.ts'

/** What runs again and again, and how it last went. */
export function jobsPage(jobs: readonly InspectedJob[]): Page {
  const rows = table(
    ['Job', 'Every', 'Runs', 'Last', 'Next', 'Action'],
    jobs.map(row),
    'The application has no jobs. app.every() adds one.',
  )
  const content = liveList('jobs', rows)
  return { title: 'Jobs', section: 'jobs', json: jobs, content, reloads: true }
}

function row({ name, everyMs, runs, isRunning, nextAt, last }: InspectedJob): Html {
  return html`<tr data-key="${name}"><td>${name}</td><td class="time">${duration(everyMs)}</td><td class="number">${runs}</td><td>${last && html`${timeOf(last.startedAt)}, ${duration(last.durationMs)}`}${last?.failure !== undefined && html`<br><span class="bad">${last.failure}</span>`}</td><td class="time">${isRunning ? 'running' : html`${nextAt !== undefined && timeOf(nextAt)}`}</td><td><form method="post" action="${DEVELOPMENT_PATH}jobs/${encodeURIComponent(name)}/run"><button>Run now</button></form></td></tr>`
}

import { BOUNDS_MS } from '../latency-buckets.ts'
import type { Latency } from '../protocol.ts'
import { removeStale } from '../system/bind.ts'
import { net } from '../system/builtins.ts'
import type { PropaneStatus, WorkerReport } from './status.ts'
import type { TotalCounts } from './totals.ts'

type Sample = [labels: string, value: number]

/** The status in the Prometheus text format, version 0.0.4. Pure. */
export function renderMetrics(status: PropaneStatus): string {
  const perWorker = (value: (worker: WorkerReport) => number): Sample[] =>
    status.workers.map(worker => [
      `{worker="${worker.slot}",id="${worker.id}",generation="${worker.generation}"}`,
      value(worker),
    ])
  return [
    metric('workers', 'gauge', 'Workers by state.', [
      ['{state="wanted"}', status.desired],
      ...(['booting', 'serving', 'draining', 'terminating', 'killed'] as const).map(
        (state): Sample => [`{state="${state}"}`, status.workers.filter(worker => worker.status === state).length],
      ),
      ['{state="parked"}', status.parked.length],
    ]),
    metric('generation', 'gauge', 'Generation that serves.', [['', status.generation]]),
    metric('uptime_seconds', 'counter', 'Age of the primary.', [['', status.upMs / 1000]]),
    metric('reload_failed', 'gauge', 'Whether the latest reload failed.', [
      ['', status.reload.state === 'failed' ? 1 : 0],
    ]),
    metric('log_lines_dropped_total', 'counter', 'Lines of the log that were lost.', [['', status.droppedLogLines]]),
    ...Object.entries(status.totals).map(([name, value]: [string, number]) =>
      metric(`${name}_total`, 'counter', TOTALS[name as keyof TotalCounts], [['', value]]),
    ),
    metric(
      'responses_total',
      'counter',
      'Answers by the class of their status, of all workers so far.',
      status.statuses.map((count, index): Sample => [`{class="${index + 1}xx"}`, count]),
    ),
    histogram(status.latency),
    metric(
      'worker_connections',
      'gauge',
      'Open connections.',
      perWorker(w => w.connections),
    ),
    metric(
      'worker_requests_in_flight',
      'gauge',
      'Requests in flight.',
      perWorker(w => w.inFlight),
    ),
    metric(
      'worker_requests_total',
      'counter',
      'Requests answered.',
      perWorker(w => w.requests),
    ),
    metric(
      'worker_shed_total',
      'counter',
      'Requests refused for overload.',
      perWorker(w => w.shed),
    ),
    metric(
      'worker_resident_memory_bytes',
      'gauge',
      'Resident memory.',
      perWorker(w => w.memory),
    ),
    metric(
      'worker_event_loop_delay_seconds',
      'gauge',
      'Longest delay since the last report.',
      perWorker(w => w.eventLoopDelayMs / 1000),
    ),
    metric(
      'worker_age_seconds',
      'gauge',
      'Age.',
      perWorker(w => w.ageMs / 1000),
    ),
  ].join('')
}

const TOTALS: Readonly<Record<keyof TotalCounts, string>> = {
  requests: 'Requests answered by all workers so far, those that are gone included.',
  shed: 'Requests refused for overload by all workers so far.',
  spawns: 'Workers started.',
  crashes: 'Workers that died in service.',
  boot_failures: 'Workers that died before they were ready.',
  hangs: 'Workers killed because they hung.',
  recycles: 'Workers replaced for their requests, age or memory.',
  reloads: 'Reloads that succeeded.',
  reload_failures: 'Reloads that failed.',
}

function metric(name: string, type: 'gauge' | 'counter', help: string, samples: readonly Sample[]): string {
  const lines = samples.map(([labels, value]) => `propane_${name}${labels} ${value}\n`)
  return `# HELP propane_${name} ${help}\n# TYPE propane_${name} ${type}\n${lines.join('')}`
}

/** How long requests took, over all workers; buckets are cumulative, as the format has it. */
function histogram({ counts, sumMs }: Latency): string {
  const name = 'propane_request_duration_seconds'
  let total = 0
  const buckets = [...BOUNDS_MS, Number.POSITIVE_INFINITY].map((bound, bucket) => {
    total += counts[bucket] ?? 0
    return `${name}_bucket{le="${Number.isFinite(bound) ? bound / 1000 : '+Inf'}"} ${total}\n`
  })
  const help = `# HELP ${name} How long requests took, over all workers so far.\n# TYPE ${name} histogram\n`
  return `${help}${buckets.join('')}${name}_sum ${sumMs / 1000}\n${name}_count ${total}\n`
}

/**
 * Answers every HTTP request with the current text. It takes a dozen lines instead of node:http, which would cost the primary
 * a third of its memory just to load. Throws the system's error if the address is not available.
 */
export async function serveMetrics(address: string, render: () => string): Promise<() => Promise<void>> {
  const server = net.createServer(socket => {
    let head = ''
    socket.setEncoding('latin1')
    socket.setTimeout(5000, () => socket.destroy())
    socket.on('error', () => socket.destroy()) // the scraper is gone
    socket.on('data', (chunk: string) => {
      head += chunk
      if (head.length > 16_384) socket.destroy()
      if (!head.includes('\r\n\r\n')) return
      socket.removeAllListeners('data')
      const found = /^(GET|HEAD) \/(metrics)?(\?\S*)? HTTP/.test(head)
      const body = found ? render() : 'Not found\n'
      const status = found ? '200 OK' : '404 Not Found'
      const type = found ? 'text/plain; version=0.0.4; charset=utf-8' : 'text/plain'
      const fields = `content-type: ${type}\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n`
      socket.end(`HTTP/1.1 ${status}\r\n${fields}\r\n${head.startsWith('HEAD') ? '' : body}`)
    })
  })
  const tcp = /^(?:(.*):)?(\d+)$/.exec(address)
  if (!tcp) await removeStale(address)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    if (tcp) server.listen(Number(tcp[2]), (tcp[1] || '127.0.0.1').replace(/^\[|\]$/g, ''), resolve)
    else server.listen(address, resolve)
  })
  server.unref()
  return () => new Promise(resolve => server.close(() => resolve()))
}

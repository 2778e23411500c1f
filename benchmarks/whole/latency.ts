// How long answers take when a server is not at its limit: a steady rate of requests, the same for all.
import { startLoad } from '@arlen/perf/load'
import type { Effort } from './measure.ts'
import { scenarios } from './scenarios.ts'
import { open, startHost } from './sessions.ts'
import { median } from './statistics.ts'

/** Of what node:http can do in the same round. */
const LOAD = 0.7
const SERVERS = ['node-http', 'arlen', 'arlen-http'] as const

export interface Latency {
  server: string
  perSecond: number
  p50Ms: number
  p99Ms: number
}

/** Medians over the rounds, each with fresh processes. The rate is 70 % of what node:http reaches in that round. */
export async function measureLatency({ rounds, requests, warmUp, connections }: Effort): Promise<Latency[]> {
  const scenario = scenarios[0]!
  const rows = new Map<string, Latency[]>(SERVERS.map(server => [server, []]))
  const load = startLoad()
  try {
    for (let round = 0; round < rounds; round += 1) {
      let perSecond = 0
      for (const server of SERVERS) {
        const host = startHost(server, scenario.name)
        try {
          const port = await host.call('listen', undefined)
          await open(load, scenario, server, port, connections)
          await load.call('run', { name: server, requests: warmUp })
          if (perSecond === 0) {
            perSecond = LOAD * (requests / (await load.call('run', { name: server, requests })).ms) * 1000
          }
          const { p50Ms, p99Ms } = await load.call('pace', { name: server, perSecond, ms: requests / 10 })
          rows.get(server)?.push({ server, perSecond, p50Ms, p99Ms })
          await load.call('close', server)
        } finally {
          await host.stop()
        }
      }
    }
  } finally {
    await load.stop()
  }
  return [...rows].map(([server, of]) => ({
    server,
    perSecond: median(of.map(each => each.perSecond)),
    p50Ms: median(of.map(each => each.p50Ms)),
    p99Ms: median(of.map(each => each.p99Ms)),
  }))
}

export function describeLatency(latencies: readonly Latency[]): string {
  const lines = latencies.map(
    ({ server, perSecond, p50Ms, p99Ms }) =>
      `${server.padEnd(12)}  ${perSecond.toFixed(0).padStart(6)} req/s  p50 ${p50Ms.toFixed(2)} ms  p99 ${p99Ms.toFixed(2)} ms`,
  )
  return ['latency: hello at 70 % of what node-http can do, from when each request was due', ...lines].join('\n')
}

// What servers take of memory: the process at its first answer and under load, an open connection, and the garbage of a request.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Child, type LoadCalls, startLoad } from '@arlen/perf/load'
import type { HostCalls } from './host.ts'
import { installServers } from './installed.ts'
import type { Effort } from './measure.ts'
import { scenarios } from './scenarios.ts'
import { open, startHost } from './sessions.ts'
import { median } from './statistics.ts'

const SERVERS = ['node-http', 'arlen-http', 'arlen', 'fastify']
/** Scenarios whose garbage is counted, where a server has them. */
const COUNTED = ['hello', 'browser', 'routed', 'validated', 'posted', 'parsed']
const IDLE_CONNECTIONS = 1000
const FOLDER = join(import.meta.dirname, '../.arlen/installed')

/** Medians over the rounds, each with fresh processes. */
export interface Footprint {
  server: string
  /** Resident memory once the first answer was given, and after the load, in bytes. */
  startBytes: number
  loadedBytes: number
  /** What another open connection adds to it, after one answer; and to the heap of V8, which no page size rounds. */
  connectionBytes: number
  connectionHeapBytes: number
}

/** Bytes put on the heap of V8 for one request, by scenario and server. */
export type Garbage = Record<string, Record<string, number>>

export interface Memory {
  footprints: Footprint[]
  garbage: Garbage
}

export async function measureMemory(effort: Effort): Promise<Memory> {
  const program = installServers(FOLDER)
  const load = startLoad()
  try {
    const footprints = await footprintsOf(program, effort, load)
    const garbage: Garbage = {}
    for (const name of COUNTED) garbage[name] = await garbageOf(program, name, effort, load)
    return { footprints, garbage }
  } finally {
    await load.stop()
    rmSync(FOLDER, { recursive: true })
  }
}

async function footprintsOf(
  program: string,
  { rounds, requests, connections }: Effort,
  load: Child<LoadCalls>,
): Promise<Footprint[]> {
  const scenario = scenarios[0]!
  const rows = new Map<string, Omit<Footprint, 'server'>[]>(SERVERS.map(server => [server, []]))
  for (let round = 0; round < rounds; round += 1) {
    for (const server of SERVERS) {
      await withHost(program, server, 'hello', async (host, port) => {
        await open(load, scenario, server, port, 0)
        const startBytes = (await host.call('memory', undefined)).residentBytes
        await open(load, scenario, server, port, connections)
        await load.call('run', { name: server, requests })
        const loadedBytes = (await host.call('memory', undefined)).residentBytes
        const before = await host.call('collected', undefined)
        const more = Math.min(IDLE_CONNECTIONS, requests)
        await open(load, scenario, server, port, more, 'more')
        await load.call('run', { name: 'more', requests: 2 * more })
        const after = await host.call('collected', undefined)
        for (const name of [server, 'more']) await load.call('close', name)
        rows.get(server)?.push({
          startBytes,
          loadedBytes,
          connectionBytes: (after.residentBytes - before.residentBytes) / more,
          connectionHeapBytes: (after.heapBytes - before.heapBytes) / more,
        })
      })
    }
  }
  const middle = (of: readonly Omit<Footprint, 'server'>[], name: keyof Omit<Footprint, 'server'>) =>
    median(of.map(each => each[name]))
  return [...rows].map(([server, of]) => ({
    server,
    startBytes: middle(of, 'startBytes'),
    loadedBytes: middle(of, 'loadedBytes'),
    connectionBytes: middle(of, 'connectionBytes'),
    connectionHeapBytes: middle(of, 'connectionHeapBytes'),
  }))
}

async function garbageOf(
  program: string,
  name: string,
  effort: Effort,
  load: Child<LoadCalls>,
): Promise<Record<string, number>> {
  const scenario = scenarios.find(each => each.name === name)!
  const { answersAs = name } = scenario
  const counted: Record<string, number> = {}
  for (const server of SERVERS.filter(each => scenario.servers.includes(each))) {
    await withHost(program, server, answersAs, async (host, port) => {
      await open(load, scenario, server, port, effort.connections)
      await load.call('run', { name: server, requests: effort.warmUp })
      const before = await host.call('memory', undefined)
      await load.call('run', { name: server, requests: effort.requests })
      const after = await host.call('memory', undefined)
      await load.call('close', server)
      counted[server] = (after.allocatedBytes - before.allocatedBytes) / effort.requests
    })
  }
  return counted
}

async function withHost(
  program: string,
  server: string,
  scenario: string,
  work: (host: Child<HostCalls>, port: number) => Promise<void>,
): Promise<void> {
  const host = startHost(server, scenario, { program })
  try {
    await work(host, await host.call('listen', undefined))
  } finally {
    await host.stop()
  }
}

export function describeMemory({ footprints, garbage }: Memory): string {
  const kb = (bytes: number) => `${(bytes / 1000).toFixed(1)} kB`
  const mb = (bytes: number) => `${(bytes / 2 ** 20).toFixed(0).padStart(4)} MB`
  const lines = footprints.map(
    ({ server, startBytes, loadedBytes, connectionBytes, connectionHeapBytes }) =>
      `${server.padEnd(12)}  start ${mb(startBytes)}  loaded ${mb(loadedBytes)}  connection ${kb(connectionBytes)}, of it heap ${kb(connectionHeapBytes)}`,
  )
  const counted = Object.entries(garbage).map(([name, by]) => {
    const figures = Object.entries(by).map(([server, bytes]) => `${server} ${bytes.toFixed(0)}`)
    return `${name.padEnd(12)}  ${figures.join('  ')}`
  })
  return ['memory: hello', ...lines, 'bytes on the heap for a request', ...counted].join('\n')
}

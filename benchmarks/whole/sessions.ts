// The processes of a measurement: a server each, and the sessions of the load generator with them.
import { join } from 'node:path'
import { type Child, type LoadCalls, startChild, type WireRequest, wireRequest } from '@arlen/perf/load'
import type { HostCalls } from './host.ts'
import type { Scenario } from './scenarios.ts'

/** An answer that takes longer does not come. */
export const SILENCE_MS = 15_000

const HOST = join(import.meta.dirname, 'host.ts')

/** Starts the process of a server, without our flags, so that packages are the built ones. */
export function startHost(
  server: string,
  scenario: string,
  { program = HOST, env = {} }: { program?: string; env?: Readonly<Record<string, string>> } = {},
): Child<HostCalls> {
  return startChild<HostCalls>({ file: program, args: [server, scenario], env })
}

/** What is asked of a server. `Host` is the same whatever the port, since pages repeat it. */
export function requestOf({ path, json, headers, statuses }: Scenario, server: string): WireRequest {
  return wireRequest({ path, json, headers, status: statuses?.[server] })
}

/** Opens the connections to a server, as a session with its name. */
export async function open(
  load: Child<LoadCalls>,
  scenario: Scenario,
  server: string,
  port: number,
  connections: number,
  name: string = server,
): Promise<void> {
  const requests = [requestOf(scenario, server)]
  await load.call('open', { name, port, requests, connections, silenceMs: SILENCE_MS })
}

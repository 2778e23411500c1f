import { type Child, type LoadCalls, startLoad } from '@arlen/perf/load'
import type { HostCalls } from './host.ts'
import type { Scenario } from './scenarios.ts'
import { open, startHost } from './sessions.ts'
import { openShopDatabase } from './shop-database.ts'
import { type Block, type Figures, figuresOf } from './statistics.ts'

export interface Effort {
  /** Rounds, each with fresh server processes and two blocks per server, in the order A B C … C B A. */
  rounds: number
  /** Requests of a block. */
  requests: number
  /** Requests before a server's first block of a round, so that its code is compiled. */
  warmUp: number
  /** Keep-alive connections, with one request at a time on each. */
  connections: number
}

/** An answer as the load generator has got it. */
export type Answer = ReturnType<LoadCalls['answers']>[number]

/** Measures every server of a scenario. Throws if their responses differ. */
export async function measure(scenario: Scenario, effort: Effort): Promise<Figures[]> {
  effort = { ...effort, requests: Math.min(effort.requests, scenario.requests ?? effort.requests) }
  const blocks = new Map(scenario.servers.map(server => [server, [] as Block[][]]))
  const shop = scenario.shop && (await openShopDatabase(scenario.path))
  const load = startLoad()
  try {
    for (let round = 0; round < effort.rounds; round += 1) {
      const measured = await measureRound(scenario, effort, load, shop?.env ?? {})
      for (const [server, of] of measured) blocks.get(server)?.push(of)
    }
  } finally {
    await load.stop()
    await shop?.stop()
  }
  const reference = blocks.get(scenario.servers[0] ?? '') ?? []
  return [...blocks].map(([server, rounds]) => figuresOf(server, rounds, reference))
}

async function measureRound(
  scenario: Scenario,
  effort: Effort,
  load: Child<LoadCalls>,
  env: Record<string, string>,
): Promise<Map<string, Block[]>> {
  const hosts = scenario.servers.map(server => ({
    server,
    host: startHost(server, scenario.answersAs ?? scenario.name, { env }),
    port: 0,
    blocks: [] as Block[],
  }))
  try {
    let reference: Answer | undefined
    for (const each of hosts) {
      each.port = await each.host.call('listen', undefined)
      await open(load, scenario, each.server, each.port, effort.connections)
      const [answer] = await load.call('answers', each.server)
      reference ??= answer
      demandSameResponse(scenario, each.server, answer!, reference!)
      await load.call('run', { name: each.server, requests: effort.warmUp })
      await load.call('close', each.server)
    }
    for (const each of [...hosts, ...hosts.toReversed()]) {
      each.blocks.push(await measureBlock(scenario, effort, load, each))
    }
    return new Map(hosts.map(({ server, blocks }) => [server, blocks]))
  } finally {
    await Promise.all(hosts.map(({ host }) => host.stop()))
  }
}

async function measureBlock(
  scenario: Scenario,
  { requests, connections }: Effort,
  load: Child<LoadCalls>,
  { server: name, host, port }: { server: string; host: Child<HostCalls>; port: number },
): Promise<Block> {
  await open(load, scenario, name, port, connections)
  await load.call('run', { name, requests: connections * 10 }) // every connection has been used before the clock runs
  const before = await host.call('usage', undefined)
  const { ms, cpuMicros } = await load.call('run', { name, requests })
  const after = await host.call('usage', undefined)
  await load.call('close', name)
  const userMicros = after.user - before.user
  return { requests, ms, userMicros, serverMicros: userMicros + after.system - before.system, loadMicros: cpuMicros }
}

/** Fields about the connection and the time are each server's own; all others must equal the reference's. */
const own = new Set(['date', 'connection', 'keep-alive'])

export function demandSameResponse(scenario: Scenario, server: string, answer: Answer, reference: Answer): void {
  const complain = (what: string, got: unknown, wanted: unknown) => {
    throw new Error(`${scenario.name}: ${server} answers with ${what} ${got}, ${scenario.servers[0]} with ${wanted}`)
  }
  if (scenario.differ) return
  if (answer.status !== 200) complain('status', answer.status, reference.status)
  const [body, wanted] = [textOf(answer), textOf(reference)]
  if (body !== wanted) complain('body', body, wanted)
  for (const name of ['content-type', 'content-length']) {
    const [got, wanted] = [fieldOf(answer, name), fieldOf(reference, name)]
    if (normal(got) !== normal(wanted)) complain(name, got, wanted)
  }
  const names = (each: Answer) => each.headers.map(([name]) => name).filter(name => !own.has(name))
  const missing = names(reference).filter(name => fieldOf(answer, name) === undefined)
  const extra = names(answer).filter(name => fieldOf(reference, name) === undefined)
  if (missing.length + extra.length > 0) complain('header fields', names(answer), names(reference))
}

function textOf({ body }: Answer): string {
  return Buffer.from(body).toString()
}

function fieldOf({ headers }: Answer, name: string): string | undefined {
  return headers.find(([each]) => each === name)?.[1]
}

/** A charset is said or left out as each framework does by itself. */
function normal(value: string | undefined): string | undefined {
  return value?.toLowerCase().replace(/; ?charset=utf-8$/, '')
}

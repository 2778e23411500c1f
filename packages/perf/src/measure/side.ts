import { rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, extname, join } from 'node:path'
import type { LoadCalls } from '../load/generator.ts'
import type { WireRequest } from '../load/request.ts'
import { type Child, startChild } from '../process/child.ts'
import type { Cores } from '../process/cores.ts'
import type { HostCalls, Started } from '../process/host.ts'
import type { Program } from './program.ts'
import { inTime, ServerSilent } from './server-silent.ts'

/** Who is measured: the candidate, the baseline, a second process of the baseline, and the reference of node:http. */
export type SideName = 'candidate' | 'baseline' | 'twin' | 'reference'

/** What all sides of a run share. */
export interface Bench {
  load: Child<LoadCalls>
  cores: Cores
  connections: number
  /** An answer that takes longer, in milliseconds, does not come. */
  silenceMs: number
  /** A server that takes longer to start, in milliseconds, does not. */
  startMs: number
}

const extension = extname(import.meta.filename)
const processes = join(dirname(import.meta.dirname), 'process')
const HOST = join(processes, `host${extension}`)
const REFERENCE = join(processes, `reference${extension}`)

/** Flags that all servers run with. */
const FLAGS = ['--expose-gc']

/** Compiled code is kept from process to process, except where it is the start that is measured. */
const CACHE = { NODE_COMPILE_CACHE: join(tmpdir(), `arlen-perf-code-${process.getuid?.() ?? 0}`) }

/** Starts the process of a server, which has not loaded the application yet. */
export function startHost({ env, cwd }: Program, cores: Cores, more: Record<string, string> = CACHE): Child<HostCalls> {
  return startChild({ file: HOST, flags: FLAGS, env: { ...env, ...more }, cwd, cores: cores.servers })
}

/** Loads the application and has it listen. */
export function startIn(host: Child<HostCalls>, { file }: Program, { startMs }: Bench): Promise<Started> {
  return inTime(host.call('start', file), startMs, 'it has not started')
}

/** The requests with the header fields of their program. */
export function requestsTo({ headers = {} }: Program, requests: readonly WireRequest[]): WireRequest[] {
  return requests.map(request => ({ ...request, headers: [...request.headers, ...Object.entries(headers)] }))
}

/** One running server, and the connections to it. */
export class Side {
  readonly name: string
  readonly host: Child<HostCalls>
  readonly #program: Program
  readonly #bench: Bench
  readonly #steps: number

  private constructor(name: string, program: Program, host: Child<HostCalls>, steps: number, bench: Bench) {
    this.name = name
    this.host = host
    this.#program = program
    this.#steps = steps
    this.#bench = bench
  }

  /** @throws ServerSilent */
  static async start(
    name: string,
    program: Program,
    requests: readonly WireRequest[],
    bench: Bench,
    more: Record<string, string> = {},
  ): Promise<Side> {
    const { load, cores, connections, silenceMs } = bench
    const side = new Side(name, program, startHost(program, cores, { ...CACHE, ...more }), requests.length, bench)
    try {
      const { port } = await startIn(side.host, program, bench)
      await load.call('open', { name, port, requests: requestsTo(program, requests), connections, silenceMs })
      return side
    } catch (error) {
      const reason = ServerSilent.from(error as Error, program, side.host.pid)
      await side.stop()
      throw reason
    }
  }

  /** @throws ServerSilent */
  run(requests: number, connections?: number): Promise<{ ms: number; cpuMicros: number }> {
    const { name } = this
    return this.#watched(
      this.#bench.load.call('run', { name, requests, ...(connections !== undefined && { connections }) }),
    )
  }

  /**
   * About so many requests, in whole sequences, over as many connections as have one to do.
   *
   * @throws ServerSilent
   */
  async runWhole(wanted: number): Promise<{ ms: number; cpuMicros: number; requests: number }> {
    const sequences = Math.max(1, Math.round(wanted / this.#steps))
    const requests = sequences * this.#steps
    const connections = Math.min(sequences, this.#bench.connections)
    return { requests, ...(await this.run(requests, connections)) }
  }

  /** @throws ServerSilent */
  pace(perSecond: number, ms: number): ReturnType<LoadCalls['pace']> {
    return this.#watched(this.#bench.load.call('pace', { name: this.name, perSecond, ms }))
  }

  answers(): Promise<ReturnType<LoadCalls['answers']>> {
    return this.#bench.load.call('answers', this.name)
  }

  async stop(): Promise<void> {
    await this.#bench.load.call('close', this.name).catch(() => undefined) // it may have ended
    await this.host.stop()
  }

  async #watched<T>(asked: Promise<T>): Promise<T> {
    try {
      return await asked
    } catch (error) {
      throw ServerSilent.from(error as Error, this.#program, this.host.pid)
    }
  }
}

/** The reference, with the answers that a side has given. What `stop` gives back is a file. */
export async function referenceFor(
  side: Side,
  requests: readonly WireRequest[],
): Promise<{ program: Program; dispose: () => void }> {
  const answers = await side.answers()
  const recorded = requests.map(({ method, path }, at) => {
    const { status, headers, body } = answers[at]!
    return { key: `${method} ${path}`, status, headers, body: Buffer.from(body).toString('base64') }
  })
  const file = join(tmpdir(), `arlen-perf-${process.pid}-${Math.random().toString(36).slice(2)}.json`)
  writeFileSync(file, JSON.stringify(recorded))
  return {
    program: { file: REFERENCE, env: { ARLEN_PERF_ANSWERS: file }, cwd: tmpdir() },
    dispose: () => rmSync(file, { force: true }),
  }
}

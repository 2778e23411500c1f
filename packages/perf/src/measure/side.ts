import { rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, extname, join } from 'node:path'
import type { LoadCalls } from '../load/generator.ts'
import type { WireRequest } from '../load/request.ts'
import { type Child, startChild } from '../process/child.ts'
import type { Cores } from '../process/cores.ts'
import type { HostCalls } from '../process/host.ts'

/** Who is measured: the candidate, the baseline, a second process of the baseline, and the reference of node:http. */
export type SideName = 'candidate' | 'baseline' | 'twin' | 'reference'

/** What one side runs. */
export interface Program {
  /** The module of the application. */
  file: string
  env: Readonly<Record<string, string | undefined>>
  /** The working folder, where an application looks for its configuration. */
  cwd: string
  /** Header fields that every request to it has. */
  headers?: Readonly<Record<string, string>> | undefined
}

/** What all sides of a run share. */
export interface Bench {
  load: Child<LoadCalls>
  cores: Cores
  connections: number
}

const extension = extname(import.meta.filename)
const processes = join(dirname(import.meta.dirname), 'process')
const HOST = join(processes, `host${extension}`)
const REFERENCE = join(processes, `reference${extension}`)

/** Starts the load generator. */
export function startLoad(cores: Cores): Child<LoadCalls> {
  return startChild({ file: join(dirname(import.meta.dirname), 'load', `generator${extension}`), cores: cores.load })
}

/** Flags that all servers run with. */
const FLAGS = ['--expose-gc']

/** Compiled code is kept from process to process, except where it is the start that is measured. */
const CACHE = { NODE_COMPILE_CACHE: join(tmpdir(), `arlen-perf-code-${process.getuid?.() ?? 0}`) }

/** Starts the process of a server, which has not loaded the application yet. */
export function startHost({ env, cwd }: Program, cores: Cores, more: Record<string, string> = CACHE): Child<HostCalls> {
  return startChild({ file: HOST, flags: FLAGS, env: { ...env, ...more }, cwd, cores: cores.servers })
}

/** The requests with the header fields of their program. */
export function requestsTo({ headers = {} }: Program, requests: readonly WireRequest[]): WireRequest[] {
  return requests.map(request => ({ ...request, headers: [...request.headers, ...Object.entries(headers)] }))
}

/** One running server, and the connections to it. */
export class Side {
  readonly name: string
  readonly host: Child<HostCalls>
  readonly #bench: Bench

  private constructor(name: string, host: Child<HostCalls>, bench: Bench) {
    this.name = name
    this.host = host
    this.#bench = bench
  }

  static async start(
    name: string,
    program: Program,
    requests: readonly WireRequest[],
    bench: Bench,
    more: Record<string, string> = {},
  ): Promise<Side> {
    const host = startHost(program, bench.cores, { ...CACHE, ...more })
    try {
      const { port } = await host.call('start', program.file)
      await bench.load.call('open', {
        name,
        port,
        requests: requestsTo(program, requests),
        connections: bench.connections,
      })
    } catch (error) {
      await host.stop()
      throw error
    }
    return new Side(name, host, bench)
  }

  run(requests: number, connections?: number): Promise<{ ms: number; cpuMicros: number }> {
    return this.#bench.load.call('run', {
      name: this.name,
      requests,
      ...(connections !== undefined && { connections }),
    })
  }

  pace(perSecond: number, ms: number): ReturnType<LoadCalls['pace']> {
    return this.#bench.load.call('pace', { name: this.name, perSecond, ms })
  }

  answers(): Promise<ReturnType<LoadCalls['answers']>> {
    return this.#bench.load.call('answers', this.name)
  }

  async stop(): Promise<void> {
    await this.#bench.load.call('close', this.name).catch(() => undefined) // it may have ended
    await this.host.stop()
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

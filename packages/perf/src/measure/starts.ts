import type { WireRequest } from '../load/request.ts'
import type { Program } from './program.ts'
import type { Programs } from './round.ts'
import { ServerSilent } from './server-silent.ts'
import { type Bench, requestsTo, type SideName, startHost, startIn } from './side.ts'

/** One start of an application, from its import to its first answer. */
export interface Start {
  side: SideName
  ms: number
  /** CPU time of all threads, in microseconds. */
  cpuMicros: number
}

/** Starts every side in turn, forward and backward, each time in a fresh process. */
export async function measureStarts(
  programs: Programs,
  request: WireRequest,
  passes: number,
  bench: Bench,
): Promise<Start[][]> {
  const starts: Start[][] = []
  for (let pass = 0; pass < passes; pass += 1) {
    const measured: Start[] = []
    for (const [side, program] of pass % 2 === 0 ? programs : programs.toReversed()) {
      measured.push({ side, ...(await measureStart(program, request, bench)) })
    }
    starts.push(measured)
  }
  return starts
}

/** @throws ServerSilent */
async function measureStart(program: Program, request: WireRequest, bench: Bench): Promise<Omit<Start, 'side'>> {
  const { load, cores, silenceMs } = bench
  const host = startHost(program, cores, {})
  try {
    const { port, importedAtMs, importedAtCpuMicros } = await startIn(host, program, bench)
    const requests = requestsTo(program, [request])
    await load.call('open', { name: 'start', port, requests, connections: 0, silenceMs })
    const ms = performance.timeOrigin + performance.now() - importedAtMs
    await load.call('close', 'start')
    const { cpuMicros } = await host.call('usage', undefined)
    return { ms, cpuMicros: cpuMicros - importedAtCpuMicros }
  } catch (error) {
    throw ServerSilent.from(error as Error, program, host.pid)
  } finally {
    await host.stop()
  }
}

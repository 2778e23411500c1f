import type { WireRequest } from '../load/request.ts'
import type { Programs } from './round.ts'
import { type Bench, type Program, requestsTo, type SideName, startHost } from './side.ts'

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

async function measureStart(program: Program, request: WireRequest, bench: Bench): Promise<Omit<Start, 'side'>> {
  const host = startHost(program, bench.cores, {})
  try {
    const { port, importedAtMs, importedAtCpuMicros } = await host.call('start', program.file)
    await bench.load.call('open', { name: 'start', port, requests: requestsTo(program, [request]), connections: 0 })
    const ms = performance.timeOrigin + performance.now() - importedAtMs
    await bench.load.call('close', 'start')
    const { userMicros, systemMicros } = await host.call('usage', undefined)
    return { ms, cpuMicros: userMicros + systemMicros - importedAtCpuMicros }
  } finally {
    await host.stop()
  }
}

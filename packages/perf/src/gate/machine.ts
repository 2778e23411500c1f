import { readFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os'
import type { Cores } from '../process/cores.ts'

/** What a run took place on. */
export interface Machine {
  cpu: string
  cores: number
  memoryBytes: number
  platform: string
  kernel: string
  node: string
  /** Cores of the servers and of the load generator; null where they share what there is. */
  serverCores: string | null
  loadCores: string | null
  /** Processes that wanted to run, over the minute before the run and before its end. */
  loadBefore: number
  loadAfter: number
  /** Cores that other programs kept busy during the run, at the mean; null where the system does not tell. */
  neighbors: number | null
}

/** Describes this machine, and from then on watches what others do on it. The function it gives ends that. */
export function watchMachine({ servers, load }: Cores): () => Machine {
  const loadBefore = loadavg()[0]!
  const startedMs = performance.now()
  const before = othersMs()
  return () => {
    const after = othersMs()
    const ms = performance.now() - startedMs
    return {
      cpu: cpus()[0]?.model ?? 'unknown',
      cores: availableParallelism(),
      memoryBytes: totalmem(),
      platform: `${process.platform} ${process.arch}`,
      kernel: release(),
      node: process.version,
      serverCores: servers ?? null,
      loadCores: load ?? null,
      loadBefore,
      loadAfter: loadavg()[0]!,
      neighbors: before === undefined || after === undefined ? null : Math.max(0, (after - before) / ms),
    }
  }
}

/** Linux counts the time of processes in hundredths of a second. */
const TICK_MS = 10
/** Of the fields behind the name in /proc/self/stat: time of this process and of those it has started, once they have ended. */
const OWN = [11, 12, 13, 14]

/** Processor time that other programs have used so far, in milliseconds; undefined where the system does not tell. */
function othersMs(): number | undefined {
  try {
    const stat = readFileSync('/proc/self/stat', 'latin1')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const own = OWN.reduce((sum, at) => sum + Number(fields[at]), 0) * TICK_MS
    return cpus().reduce((sum, { times: { user, nice, sys, irq } }) => sum + user + nice + sys + irq, 0) - own
  } catch {
    return undefined
  }
}

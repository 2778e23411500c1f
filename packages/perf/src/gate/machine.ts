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
  /** Processes that wanted to run, over the minute before the run and before its end. Both cores' neighbors show here. */
  loadBefore: number
  loadAfter: number
}

/** Describes this machine; `loadAfter` is as of now, too. */
export function describeMachine({ servers, load }: Cores): Machine {
  const [loadNow = 0] = loadavg()
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    platform: `${process.platform} ${process.arch}`,
    kernel: release(),
    node: process.version,
    serverCores: servers ?? null,
    loadCores: load ?? null,
    loadBefore: loadNow,
    loadAfter: loadNow,
  }
}

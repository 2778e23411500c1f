// Runs one server in a process of its own, and says what it has used.
import { getHeapStatistics } from 'node:v8'
import { answerCalls } from './answer-calls.ts'
import { countModules } from './module-count.ts'
import { startApp } from './start-app.ts'

/** What a server has used since its process started. */
export interface Usage {
  /** CPU time of all threads, in microseconds. */
  cpuMicros: number
  /** Bytes on the heap of V8 since the process started; undefined where Node.js does not count them. */
  allocatedBytes: number | undefined
}

/** How a server has come up. */
export interface Started {
  port: number
  /** When the import began, in milliseconds since 1970 by the monotonic clock. */
  importedAtMs: number
  /** CPU time that the process had used then, in microseconds. */
  importedAtCpuMicros: number
}

let queries: number | undefined
const modules = process.env.ARLEN_PERF_COUNT === '1' ? countModules() : undefined

const calls = {
  async start(file: string): Promise<Started> {
    const importedAtMs = performance.timeOrigin + performance.now()
    const importedAtCpuMicros = cpuMicros()
    return { port: await startApp(file), importedAtMs, importedAtCpuMicros }
  },

  usage(_: undefined): Usage {
    const { total_allocated_bytes: allocatedBytes } = getHeapStatistics() as { total_allocated_bytes?: number }
    return { cpuMicros: cpuMicros(), allocatedBytes }
  },

  /** Bytes that are in use on the heap once everything unreachable is collected, and the peak of the whole process. */
  heap(_: undefined): { usedBytes: number; peakBytes: number } {
    const collect = (globalThis as { gc?: () => void }).gc
    collect?.()
    collect?.() // what finalizers of the first have let go
    const { heapUsed, external } = process.memoryUsage()
    return { usedBytes: heapUsed + external, peakBytes: process.resourceUsage().maxRSS * 1024 }
  },

  /** Files loaded so far, and queries done since the last call. */
  async counters(_: undefined): Promise<{ modules: number; queries: number | undefined }> {
    const counted = queries
    queries = 0
    if (counted === undefined) await watchQueries()
    return { modules: modules?.size ?? 0, queries: counted }
  },
}

/** @arlen/pg publishes each query; the channel is the process's, whichever copy of the package publishes. */
async function watchQueries(): Promise<void> {
  const { subscribe } = await import('node:diagnostics_channel')
  subscribe('arlen:pg:query', () => {
    queries = (queries ?? 0) + 1
  })
}

function cpuMicros(): number {
  const { user, system } = process.cpuUsage()
  return user + system
}

/** The calls of a server's process. */
export type HostCalls = typeof calls

answerCalls(calls)

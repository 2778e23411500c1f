// Runs one server of servers/ in its own process, and reports its CPU time.
import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { answerCalls } from '@arlen/perf/child'

/** A module of servers/: listens on a free port of 127.0.0.1 and returns that port. */
export interface ServerModule {
  start(scenario: string): Promise<number>
}

const [name = '', scenario = ''] = process.argv.slice(2)

const calls = {
  async listen(_: undefined): Promise<number> {
    const server = (await import(`./servers/${name}.ts`)) as ServerModule
    return server.start(scenario)
  },

  /** CPU time of this process since it started, all threads, in microseconds. */
  usage(_: undefined): NodeJS.CpuUsage {
    return process.cpuUsage()
  },

  memory(_: undefined): Memory {
    return memory()
  },

  /** The same, once everything unreachable is collected. */
  collected(_: undefined): Memory {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    collect()
    collect() // what finalizers of the first have let go
    return memory()
  },
}

interface Memory {
  /** What is in use now, in all and on the heap of V8; and what was put there since the start. */
  residentBytes: number
  heapBytes: number
  allocatedBytes: number
}

function memory(): Memory {
  const { total_allocated_bytes: allocatedBytes = Number.NaN } = getHeapStatistics() as {
    total_allocated_bytes?: number
  }
  const { rss: residentBytes, heapUsed: heapBytes } = process.memoryUsage()
  return { residentBytes, heapBytes, allocatedBytes }
}

export type HostCalls = typeof calls

answerCalls(calls)

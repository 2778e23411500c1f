// Runs one server of servers/ in its own process, and reports its CPU time.
import type { Answer } from './answer.ts'
import { ask } from './ask.ts'
import { answerCalls } from './child.ts'

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

  ask: ({ port, path }: { port: number; path: string }): Promise<Answer> => ask(port, path),

  /** CPU time of this process since it started, all threads, in microseconds. */
  usage(_: undefined): NodeJS.CpuUsage {
    return process.cpuUsage()
  },
}

export type HostCalls = typeof calls

answerCalls(calls)

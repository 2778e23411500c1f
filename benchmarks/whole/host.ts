// Runs one server of servers/ in a process of its own, and says what CPU time it has used.
import type { Answer } from './answer.ts'
import { ask } from './ask.ts'
import { answerCalls } from './child.ts'

/** A module of servers/: starts to listen on a free port of 127.0.0.1 and gives that port. */
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

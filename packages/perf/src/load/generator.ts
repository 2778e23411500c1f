// The load generator, a process of its own: keep-alive connections, one request at a time on each, every answer checked.
// It reads into one buffer per connection and compares bytes, which costs less than parsing and misses nothing.
import { answerCalls } from '../process/answer-calls.ts'
import { type Latencies, pace } from './pace.ts'
import type { WireRequest } from './request.ts'
import { Session } from './session.ts'

/** A measured block of requests. */
export interface LoadRun {
  ms: number
  /** CPU time of the generator, in microseconds. */
  cpuMicros: number
}

/** What a session asks, and of whom. */
export interface Target {
  name: string
  port: number
  requests: readonly WireRequest[]
  connections: number
  /** An answer that takes longer, in milliseconds, does not come. */
  silenceMs: number
}

const sessions = new Map<string, Session>()

const calls = {
  /** Connects, and goes through the requests once to learn what each answer must be: their sizes in bytes. */
  async open({ name, port, requests, connections, silenceMs }: Target): Promise<number[]> {
    const session = new Session(port, requests, silenceMs)
    sessions.set(name, session)
    await session.open(connections)
    return session.steps.map(({ expected }) => expected.bytes.length)
  },

  /** The answers as they came first: status, header fields, body. */
  answers: (name: string): { status: number; headers: [string, string][]; body: Uint8Array }[] =>
    sessionOf(name).steps.map(({ expected: { status, headers, body } }) => ({ status, headers, body })),

  /** As many requests as fast as they are answered. With one connection, one after the other. */
  async run({
    name,
    requests,
    connections,
  }: {
    name: string
    requests: number
    connections?: number
  }): Promise<LoadRun> {
    const session = sessionOf(name)
    const cpu = process.cpuUsage()
    const started = performance.now()
    await session.run(requests, connections)
    const ms = performance.now() - started
    const { user, system } = process.cpuUsage(cpu)
    return { ms, cpuMicros: user + system }
  },

  /** Requests at a steady rate, whatever the answers take. */
  pace: ({ name, perSecond, ms }: { name: string; perSecond: number; ms: number }): Promise<Latencies> =>
    pace(sessionOf(name), perSecond, ms),

  close(name: string): void {
    sessions.get(name)?.close()
    sessions.delete(name)
  },
}

function sessionOf(name: string): Session {
  const session = sessions.get(name)
  if (session) return session
  throw new Error(`there is no session ${name}`)
}

/** The calls of the load generator. */
export type LoadCalls = typeof calls

answerCalls(calls)

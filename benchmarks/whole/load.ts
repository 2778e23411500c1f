// The load generator: one process, keep-alive connections, one request at a time on each. It reads into one buffer per
// connection and compares every answer with the first, which costs less than parsing and misses nothing.
import { connect, type Socket } from 'node:net'
import { type Answer, matches, readResponse } from './answer.ts'
import { requestFor } from './ask.ts'
import { answerCalls } from './child.ts'

export interface LoadRun {
  ms: number
  /** CPU time of this process, in microseconds. */
  cpuMicros: number
}

export interface Target {
  port: number
  path: string
  /** JSON to POST; without it the request is a GET. */
  body?: string | undefined
  /** Header fields beside the usual, each with its CRLF. */
  fields?: string | undefined
}

export interface Pace {
  perSecond: number
  ms: number
}

export interface Latencies {
  requests: number
  p50Ms: number
  p99Ms: number
}

interface Connection {
  socket: Socket
  buffer: Buffer
  /** How much of the current answer is here. */
  received: number
  /** When the request that is under way was to be sent. */
  due: number
}

const connections: Connection[] = []
let request: Buffer = Buffer.alloc(0)
let expected: Answer | undefined
let toSend = 0
let toCome = 0
let onDone: (error?: Error) => void = () => {}
let onResponse: ((connection: Connection, due: number) => void) | undefined

const calls = {
  /** Connects, and asks once to learn what every answer must be. */
  async open({ port, path, body, fields, count }: Target & { count: number }): Promise<Answer> {
    request = requestFor(path, body, fields)
    expected = undefined
    await Promise.all(Array.from({ length: count }, () => open(port)))
    await run(1)
    return expected ?? fail('no answer came')
  },

  async run({ requests }: { requests: number }): Promise<LoadRun> {
    const cpu = process.cpuUsage()
    const started = performance.now()
    await run(requests)
    const ms = performance.now() - started
    const { user, system } = process.cpuUsage(cpu)
    return { ms, cpuMicros: user + system }
  },

  /** Sends at a steady rate whatever the answers take, for `ms`, and gives the latencies: from when each was due. */
  async pace({ perSecond, ms }: Pace): Promise<Latencies> {
    const idle = [...connections]
    const took: number[] = []
    const started = performance.now()
    let sent = 0
    await new Promise<void>((resolve, reject) => {
      onDone = error => error && reject(error)
      onResponse = (connection, due) => {
        took.push(performance.now() - due)
        idle.push(connection)
      }
      const tick = () => {
        const now = performance.now()
        for (let due = started + (sent * 1000) / perSecond; due <= now && idle.length > 0; sent++) {
          sendDue(idle.pop()!, due)
          due = started + ((sent + 1) * 1000) / perSecond
        }
        if (now - started < ms) setImmediate(tick)
        else if (idle.length === connections.length) resolve()
        else setImmediate(tick)
      }
      tick()
    })
    onResponse = undefined
    took.sort((a, b) => a - b)
    const at = (share: number) => took[Math.floor(took.length * share)] ?? Number.NaN
    return { requests: took.length, p50Ms: at(0.5), p99Ms: at(0.99) }
  },

  async close(_: undefined): Promise<void> {
    for (const { socket } of connections.splice(0)) socket.destroy()
  },
}

export type LoadCalls = typeof calls

function open(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const buffer = Buffer.allocUnsafe(64 * 1024)
    const onread = { buffer, callback: (length: number) => receive(connection, length) }
    const socket = connect({ port, host: '127.0.0.1', noDelay: true, onread })
    const connection: Connection = { socket, buffer, received: 0, due: 0 }
    socket.once('connect', () => {
      connections.push(connection)
      resolve()
    })
    socket.on('error', error => {
      reject(error)
      onDone(error)
    })
    socket.on('close', () => onDone(new Error('the server closed a connection')))
  })
}

function run(requests: number): Promise<void> {
  return new Promise((resolve, reject) => {
    toSend = requests
    toCome = requests
    onDone = error => {
      onDone = () => {}
      if (error) reject(error)
      else resolve()
    }
    for (const connection of connections) send(connection)
  })
}

function send(connection: Connection): void {
  if (toSend === 0) return
  toSend -= 1
  connection.socket.write(request)
}

/** Returns true, which asks for more. */
function receive(connection: Connection, length: number): boolean {
  const end = connection.received + length
  if (!expected) return learn(connection, end)
  if (!matches(expected, connection.buffer, length, connection.received)) {
    const text = connection.buffer.toString('latin1', 0, Math.min(length, 300))
    onDone(new Error(`an answer differs from the first, at byte ${connection.received}: ${text}`))
    return true
  }
  connection.received = end === expected.bytes.length ? 0 : end
  if (connection.received === 0) answered(connection)
  return true
}

let learning = Buffer.alloc(0)

function learn(connection: Connection, end: number): boolean {
  learning = Buffer.concat([learning, connection.buffer.subarray(0, end - connection.received)])
  try {
    expected = readResponse(learning)
  } catch (error) {
    onDone(error as Error)
    return true
  }
  if (!expected) return true
  learning = Buffer.alloc(0)
  answered(connection)
  return true
}

function sendDue(connection: Connection, due: number): void {
  connection.due = due
  connection.socket.write(request)
}

function answered(connection: Connection): void {
  if (onResponse) return onResponse(connection, connection.due)
  toCome -= 1
  if (toCome === 0) onDone()
  else send(connection)
}

function fail(message: string): never {
  throw new Error(message)
}

answerCalls(calls)

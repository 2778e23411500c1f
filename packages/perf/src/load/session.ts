import { connect, type Socket } from 'node:net'
import { Refusal } from '../process/answer-calls.ts'
import { type Answer, matches, readResponse } from './answer.ts'
import { bytesOf, nameOf, SILENCE, type WireRequest } from './request.ts'

/** A request, and the answer that was the first to it. */
interface Step {
  request: WireRequest
  bytes: Buffer
  expected: Answer
}

/** A connection, which goes through the steps in their order, again and again. */
export interface Connection {
  socket: Socket
  /** The step whose answer it waits for. */
  step: number
  /** How much of that answer is here. */
  received: number
  /** What is here of an answer that has to be read as a whole. */
  partial: Buffer
  /** When the request that is under way was due, in milliseconds. */
  dueMs: number
  /** Since when it has nothing to do, in milliseconds. */
  idleSinceMs: number
  /** Whether a request has been sent whose answer is not here yet. */
  isAsked: boolean
}

const READ_BUFFER = 64 * 1024
/** Servers close connections that are idle for 5 seconds or more. */
const IDLE_MS = 2_000

/** All connections to one server, and what is asked over them. */
export class Session {
  readonly steps: Step[] = []
  readonly connections: Connection[] = []
  readonly #port: number
  readonly #requests: readonly WireRequest[]
  readonly #silenceMs: number
  #lastUsedMs = 0
  /** Called for every whole, right answer. */
  onAnswer: (connection: Connection) => void = () => {}
  onError: (error: Error) => void = () => {}
  /** Whether what was last asked for has ended, well or not. */
  isOver = true

  /** @param silenceMs - an answer that takes longer does not come */
  constructor(port: number, requests: readonly WireRequest[], silenceMs: number) {
    this.#port = port
    this.#requests = requests
    this.#silenceMs = silenceMs
  }

  async open(count: number): Promise<void> {
    await this.#learn()
    for (let at = 0; at < count; at += 1) this.connections.push(await this.#connect())
    this.#lastUsedMs = performance.now()
  }

  /** Reconnects after a pause so long that the server may have closed idle connections, or be about to. */
  async #refresh(): Promise<void> {
    const isFresh = performance.now() - this.#lastUsedMs < IDLE_MS
    if (isFresh && this.connections.every(({ socket }) => !socket.destroyed)) return
    const { length } = this.connections
    this.close()
    for (let at = 0; at < length; at += 1) this.connections.push(await this.#connect())
  }

  /**
   * Lets something be asked over the connections, and watches that answers keep coming.
   *
   * @param begin - what is to be done; it calls one of the two functions in the end
   */
  async use(begin: (resolve: () => void, reject: (error: Error) => void) => void): Promise<void> {
    await this.#refresh()
    this.isOver = false
    let answers = 0
    let watch: NodeJS.Timeout | undefined
    try {
      await new Promise<void>((resolve, reject) => {
        this.onError = reject
        begin(resolve, reject)
        const { onAnswer } = this
        this.onAnswer = connection => {
          answers += 1
          onAnswer(connection)
        }
        watch = onSilence(
          () => answers,
          () => reject(silence(this.#silenceMs)),
          this.#silenceMs,
        )
      })
    } finally {
      this.isOver = true
      clearInterval(watch)
      this.onError = () => {}
      this.onAnswer = () => {}
      this.#lastUsedMs = performance.now()
    }
  }

  /** Asks each request once, on a connection of its own, and keeps the cookies that the answers set. */
  async #learn(): Promise<void> {
    const cookies = new Map<string, string>()
    const socket = connect({ port: this.#port, host: '127.0.0.1', noDelay: true })
    try {
      for (const request of this.#requests) {
        const bytes = bytesOf(request, cookies)
        const expected = await within(this.#silenceMs, ask(socket, bytes, request))
        for (const [name, value] of expected.headers) if (name === 'set-cookie') keepCookie(cookies, value)
        this.steps.push({ request, bytes, expected })
      }
    } finally {
      socket.destroy()
    }
  }

  async #connect(): Promise<Connection> {
    const state = { step: 0, received: 0, partial: EMPTY, dueMs: 0, idleSinceMs: 0, isAsked: false }
    const connection = state as Connection // its socket comes next
    await this.#open(connection)
    return connection
  }

  /** Gives a connection a new socket. */
  #open(connection: Connection): Promise<void> {
    return new Promise((resolve, reject) => {
      const buffer = Buffer.allocUnsafe(READ_BUFFER)
      const onread = {
        buffer,
        callback: (length: number) => {
          this.#receive(connection, buffer, length)
          return true // asks for more
        },
      }
      const socket = connect({ port: this.#port, host: '127.0.0.1', noDelay: true, onread })
      connection.socket = socket
      const fail = (error: Error) => {
        reject(error)
        // Servers close connections that they find idle.
        const isAwaited = connection.isAsked && connection.socket === socket
        if (isAwaited && this.connections.includes(connection)) this.onError(error)
      }
      socket.once('connect', () => resolve())
      socket.on('error', error => fail(new Refusal(`a connection to the server failed: ${error.message}`)))
      socket.on('close', () => fail(new Refusal('the server closed a connection before it had answered')))
    })
  }

  /** Sends what comes next on a connection, which is opened again if the server has closed it while it was idle. */
  send(connection: Connection): void {
    connection.isAsked = true
    if (connection.socket.destroyed) this.#open(connection).catch(() => undefined) // told by onError
    connection.socket.write(this.steps[connection.step]!.bytes)
  }

  /** Has a number of requests answered, on the first connections or on all. */
  run(requests: number, connections: number = this.connections.length): Promise<void> {
    return this.use(resolve => {
      let toSend = requests
      let toCome = requests
      const next = (connection: Connection) => {
        if (toSend === 0) return
        toSend -= 1
        this.send(connection)
      }
      this.onAnswer = connection => {
        toCome -= 1
        if (toCome === 0) resolve()
        else next(connection)
      }
      for (const connection of this.connections.slice(0, connections)) next(connection)
    })
  }

  close(): void {
    this.onError = () => {}
    for (const { socket } of this.connections.splice(0)) socket.destroy()
  }

  #receive(connection: Connection, buffer: Buffer, length: number): void {
    const { request, expected } = this.steps[connection.step]!
    if (request.check === 'status') return this.#receiveWhole(connection, request, buffer.subarray(0, length))
    if (!matches(expected, buffer, length, connection.received)) {
      const text = buffer.toString('latin1', 0, Math.min(length, 300))
      const at = connection.received
      return this.onError(
        new Refusal(
          `${nameOf(request)}: an answer differs from the first, at byte ${at} (check: 'status' is for bodies that change):\n${text}`,
        ),
      )
    }
    connection.received += length
    if (connection.received === expected.bytes.length) this.#answered(connection)
  }

  #receiveWhole(connection: Connection, request: WireRequest, chunk: Buffer): void {
    const bytes = connection.partial.length === 0 ? chunk : Buffer.concat([connection.partial, chunk])
    try {
      const answer = readResponse(bytes)
      if (!answer) {
        connection.partial = Buffer.from(bytes) // the buffer is read into again
        return
      }
      if (answer.bytes.length < bytes.length) throw new Refusal('bytes follow an answer that nobody asked for')
      demandStatus(request, answer)
    } catch (error) {
      return this.onError(new Refusal(`${nameOf(request)}: ${(error as Error).message}`))
    }
    connection.partial = EMPTY
    this.#answered(connection)
  }

  #answered(connection: Connection): void {
    connection.received = 0
    connection.isAsked = false
    connection.step = (connection.step + 1) % this.steps.length
    this.onAnswer(connection)
  }
}

const EMPTY = Buffer.alloc(0)

function silence(ms: number): Refusal {
  return new Refusal(`${SILENCE} ${ms / 1000} s`)
}

const LOOKS = 4

/** Looks several times, so that answers are read in between when it was this process that stood still. */
function onSilence(answers: () => number, act: () => void, ms: number): NodeJS.Timeout {
  let seen = answers()
  let looks = 0
  return setInterval(() => {
    looks = answers() === seen ? looks + 1 : 0
    seen = answers()
    if (looks === LOOKS) act()
  }, ms / LOOKS)
}

async function within<T>(ms: number, answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(silence(ms)), ms)
  })
  try {
    return await Promise.race([answer, late])
  } finally {
    clearTimeout(timer)
  }
}

async function ask(socket: Socket, bytes: Buffer, request: WireRequest): Promise<Answer> {
  socket.write(bytes)
  let received: Buffer = EMPTY
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    received = Buffer.concat([received, chunk as Buffer])
    const answer = readResponse(received)
    if (!answer) continue
    demandStatus(request, answer)
    if (request.contains !== undefined && !answer.body.includes(request.contains)) {
      const text = answer.body.toString('utf8', 0, 300)
      throw new Refusal(`${nameOf(request)}: the body does not contain ${JSON.stringify(request.contains)}: ${text}`)
    }
    return answer
  }
  throw new Refusal(`${nameOf(request)}: the server closed the connection before it had answered`)
}

function demandStatus(request: WireRequest, { status, body }: Answer): void {
  if (status === request.status) return
  const text = body.toString('utf8', 0, 300)
  throw new Refusal(`${nameOf(request)} was answered with ${status}, not ${request.status}: ${text}`)
}

/** A cookie whose value is empty is one that the server has taken back. */
function keepCookie(cookies: Map<string, string>, field: string): void {
  const pair = field.split(';', 1)[0] ?? ''
  const at = pair.indexOf('=')
  const [name, value] = [pair.slice(0, at).trim(), pair.slice(at + 1).trim()]
  if (value === '') cookies.delete(name)
  else cookies.set(name, value)
}

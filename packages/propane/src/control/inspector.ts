import { listeningPorts } from '../system/port-owner.ts'

/** How long the inspector of a process may take to listen and to respond. */
const OPEN_MS = 10_000
const POLL_MS = 50

type Params = Record<string, unknown>

/**
 * A session with the inspector of another process on this machine. SIGUSR1 starts it even if that process's event loop is
 * blocked, because Node.js runs the inspector in a separate thread. It listens on a random port of the loopback address for
 * the duration of the session.
 */
export class Inspector {
  readonly #socket: WebSocket
  readonly #answers = new Map<number, { resolve: (result: Params) => void; reject: (error: Error) => void }>()
  readonly #listeners = new Map<string, (params: Params) => void>()
  #last = 0

  private constructor(socket: WebSocket) {
    this.#socket = socket
    socket.onmessage = ({ data }) => this.#receive(String(data))
    socket.onclose = () => {
      for (const { reject } of this.#answers.values()) reject(new Error('the worker has ended'))
    }
  }

  /** Opens the inspector of a process. Rejects if it does not open, or is not permitted. */
  static async open(pid: number): Promise<Inspector> {
    const before = new Set(listeningPorts(pid))
    process.kill(pid, 'SIGUSR1')
    for (const until = performance.now() + OPEN_MS; performance.now() < until; ) {
      for (const port of listeningPorts(pid).filter(each => !before.has(each))) {
        const url = await debuggerUrl(port)
        if (url !== undefined) return new Inspector(await connect(url))
      }
      await new Promise(resolve => setTimeout(resolve, POLL_MS))
    }
    throw new Error(`the inspector of process ${pid} did not open`)
  }

  /** Calls a method of the DevTools protocol, such as `Profiler.start`. */
  call(method: string, params: Params = {}): Promise<Params> {
    const id = ++this.#last
    return new Promise((resolve, reject) => {
      this.#answers.set(id, { resolve, reject })
      this.#socket.send(JSON.stringify({ id, method, params }))
    })
  }

  /** Listens to an event of the protocol; one listener for each. */
  on(event: string, listener: (params: Params) => void): void {
    this.#listeners.set(event, listener)
  }

  /** Makes the process close its inspector, as soon as its event loop runs, and ends the session. */
  async close(): Promise<void> {
    const expression = "setTimeout(() => process.getBuiltinModule('node:inspector').close(), 100).unref()"
    await this.call('Runtime.evaluate', { expression }).catch(() => undefined)
    this.#socket.close()
  }

  #receive(text: string): void {
    const {
      id,
      method,
      params = {},
      result = {},
      error,
    } = JSON.parse(text) as {
      id?: number
      method?: string
      params?: Params
      result?: Params
      error?: { message: string }
    }
    if (id === undefined) return void this.#listeners.get(method!)?.(params)
    const answer = this.#answers.get(id)
    this.#answers.delete(id)
    if (error) answer?.reject(new Error(error.message))
    else answer?.resolve(result)
  }
}

/** The address of a session, if an inspector listens on this port. */
async function debuggerUrl(port: number): Promise<string | undefined> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/json/list`, { signal: AbortSignal.timeout(1000) })
    const [target] = (await response.json()) as { webSocketDebuggerUrl?: string }[]
    return target?.webSocketDebuggerUrl
  } catch {
    return undefined // another server
  }
}

function connect(url: string): Promise<WebSocket> {
  const socket = new WebSocket(url)
  return new Promise((resolve, reject) => {
    socket.onopen = () => resolve(socket)
    socket.onerror = () => reject(new Error(`the inspector at ${url} accepts no connection`))
  })
}

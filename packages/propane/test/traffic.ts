import http from 'node:http'

export interface Tally {
  answered: number
  lost: { what: string; error: string }[]
  statuses: Record<number, number>
  /** Longest time without any answer, milliseconds. */
  longestGapMs: number
  bodies: Map<string, number>
}

export interface TrafficOptions {
  url: string
  /** Half of them keep their connection, half open a new one for each request; every other request is a POST. */
  clients: number
  /** How long handlers take, in turn. */
  handlerMs?: readonly number[]
  /** What to remember of an answer, to be counted. */
  note?: (body: string) => string
}

/** Clients that send one request after the other until they are stopped, and count what becomes of each. */
export class Traffic {
  readonly tally: Tally = { answered: 0, lost: [], statuses: {}, longestGapMs: 0, bodies: new Map() }
  readonly #options: TrafficOptions
  #stopping = false
  #last = performance.now()
  readonly #clients: Promise<void>[]

  constructor(options: TrafficOptions) {
    this.#options = options
    this.#clients = Array.from({ length: options.clients }, (_, index) => this.#client(index))
  }

  /** Ends when every client has had its last answer. */
  async stop(): Promise<Tally> {
    this.#stopping = true
    await Promise.all(this.#clients)
    return this.tally
  }

  /** Resolves when so many more requests have been answered. */
  async answered(count: number): Promise<void> {
    const goal = this.tally.answered + count
    while (this.tally.answered < goal) await new Promise(resolve => setTimeout(resolve, 5))
  }

  async #client(index: number): Promise<void> {
    const keepAlive = index % 2 === 0
    const agent = keepAlive ? new http.Agent({ keepAlive: true, maxSockets: 1 }) : false
    const { handlerMs = [5] } = this.#options
    for (let count = index; !this.#stopping; count++) {
      const ms = handlerMs[(count >> 2) % handlerMs.length]!
      const post = (count >> 1) % 2 === 1
      const what = `${post ? 'POST' : 'GET'} ${ms} ms ${keepAlive ? 'keep-alive' : 'new'}`
      try {
        await this.#request(`${this.#options.url}/?ms=${ms}`, agent, post)
      } catch (error) {
        const { code, message } = error as NodeJS.ErrnoException
        this.tally.lost.push({ what, error: code ?? message })
        await new Promise(resolve => setTimeout(resolve, 20))
      }
    }
    if (agent) agent.destroy()
  }

  #request(url: string, agent: http.Agent | false, post: boolean): Promise<void> {
    const body = post ? 'x'.repeat(10_000) : undefined
    return new Promise((resolve, reject) => {
      const sent = http.request(url, { agent, method: post ? 'POST' : 'GET' }, response => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', chunk => {
          text += chunk
        })
        response.once('error', reject)
        response.once('end', () => {
          this.#count(response.statusCode!, text)
          resolve()
        })
      })
      sent.once('error', reject)
      sent.end(body)
    })
  }

  #count(status: number, body: string): void {
    const now = performance.now()
    this.tally.longestGapMs = Math.max(this.tally.longestGapMs, now - this.#last)
    this.#last = now
    this.tally.answered++
    this.tally.statuses[status] = (this.tally.statuses[status] ?? 0) + 1
    const note = this.#options.note?.(body)
    if (note !== undefined) this.tally.bodies.set(note, (this.tally.bodies.get(note) ?? 0) + 1)
  }
}

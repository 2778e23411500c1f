import type { CallSite } from './call-site.ts'
import { testingError } from './errors.ts'
import { Observer } from './observe/observer.ts'
import { emptyRecord, onBehalfOf } from './observe/record.ts'
import type { DescribedRequest, RequestDescription } from './request/description.ts'
import { describeRequest, exchange, type RawResponse } from './request/exchange.ts'
import { exchangeByFetch } from './request/exchange-by-fetch.ts'
import type { Target } from './target/target.ts'
import { Connections } from './wire/connections.ts'
import type { WireConnection } from './wire/wire-connection.ts'

/** What all visitors of an application under test share. */
export class TestServer {
  readonly target: Target
  readonly origin: URL
  readonly connections: Connections | undefined
  readonly observer: Observer | undefined
  /** Requests that were created and never sent, with the place in the test. */
  readonly #unsent: Map<DescribedRequest, CallSite> = new Map()
  /** Requests in progress. */
  readonly #waiting: Set<RequestDescription> = new Set()
  readonly #cleanUps: (() => unknown)[] = []

  constructor(target: Target) {
    this.target = target
    this.origin = target.origin
    this.connections = target.connect ? new Connections(() => target.connect!()) : undefined
    this.observer = target.inProcess ? new Observer(target.app) : undefined
  }

  async exchange(description: RequestDescription): Promise<RawResponse> {
    this.#waiting.add(description)
    try {
      return await this.#exchange(description)
    } finally {
      this.#waiting.delete(description)
    }
  }

  #exchange(description: RequestDescription): Promise<RawResponse> {
    const record = emptyRecord()
    record.handlerTimeoutMs = description.handlerTimeoutMs
    record.as = description.as
    const { connections, observer, target } = this
    if (connections) {
      const answer = exchange(description, connections, this.origin.host, record)
      return observer && target.overSockets ? observer.watch(record, answer) : answer
    }
    return onBehalfOf(record, () => exchangeByFetch(description, this.target.fetch!, this.origin, record))
  }

  /** A separate connection. */
  connect(what: string): WireConnection {
    if (this.connections) return this.connections.fresh()
    throw testingError('option_invalid', { name: 'over', problem: `is 'fetch', and ${what} needs a connection.` })
  }

  made(request: DescribedRequest, at: CallSite): void {
    this.#unsent.set(request, at)
  }

  started(request: DescribedRequest): void {
    this.#unsent.delete(request)
  }

  /** Something to close with the test: an event stream, a WebSocket, a clock. */
  onClose(cleanUp: () => unknown): void {
    this.#cleanUps.push(cleanUp)
  }

  /** @throws ArlenError `resources_leaked` if a request was never awaited, or still waits for its response */
  async close(): Promise<void> {
    const left = [...this.#unsent].map(
      ([request, { stack = '' }]) => `  ${describeRequest(request.description)} was never awaited${placeIn(stack)}`,
    )
    for (const description of this.#waiting) left.push(`  ${describeRequest(description)} still waits for its answer`)
    this.#unsent.clear()
    for (const cleanUp of this.#cleanUps.splice(0).reverse()) await cleanUp()
    this.connections?.close()
    await this.target.close()
    this.observer?.[Symbol.dispose]()
    if (left.length > 0) throw testingError('resources_leaked', { list: left.join('\n') })
  }
}

/** The first place outside of this package. */
function placeIn(stack: string): string {
  const frame = stack.split('\n').find(line => line.startsWith('    at ') && !line.includes(import.meta.dirname))
  return frame ? ` (${frame.trim()})` : ''
}

import { afterEach } from 'vitest'
import type { Handler, HttpOptions } from '../../src/index.ts'
import { bodies } from './bodies.ts'
import type { Ask, Carrier, Served } from './carrier.ts'
import { lives } from './lives.ts'
import { requests } from './requests.ts'
import { answers } from './responses.ts'

/** What HTTP promises, whatever carries a request: run on each implementation of `Exchange`. */
export function contract(carrier: Carrier): void {
  const open: Served[] = []
  afterEach(async () => {
    await Promise.all(open.splice(0).map(served => served.close()))
  })
  const serve = async (handler: Handler, options?: HttpOptions): Promise<Served> => {
    const served = await carrier.serve(handler, options)
    open.push(served)
    return served
  }
  /** One request, to be answered. */
  const ask = async (handler: Handler, request?: Ask, options?: HttpOptions) => {
    const answer = await (await serve(handler, options)).ask(request).answer
    return { answer, status: answer.status, text: await answer.text() }
  }
  const codeOf = async (handler: Handler, request?: Ask, options?: HttpOptions) => {
    const { status, text } = await ask(handler, request, options)
    return [status, (JSON.parse(text) as { code: string }).code]
  }

  for (const tests of [requests, bodies, answers, lives]) tests({ serve, ask, codeOf })
}

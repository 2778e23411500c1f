import { setTimeout as delay } from 'node:timers/promises'
import type { Handler, HttpOptions } from '../../src/index.ts'
import { deferred } from '../serving.ts'
import type { Ask, Asked, Served } from './carrier.ts'

/** What the contract's tests ask with. */
export interface Tools {
  serve: Serve
  ask: AskOne
  codeOf: CodeOf
}

export type Serve = (handler: Handler, options?: HttpOptions) => Promise<Served>
export type AskOne = (
  handler: Handler,
  request?: Ask,
  options?: HttpOptions,
) => Promise<{ answer: Awaited<Asked['answer']>; status: number; text: string }>
export type CodeOf = (handler: Handler, request?: Ask, options?: HttpOptions) => Promise<unknown[]>

export const ok: Handler = () => 'ok'
export const post = (body: Ask['body'], headers: Ask['headers'] = []): Ask => ({ method: 'POST', body, headers }) as Ask
export const json = (body: string): Ask => post(body, [['Content-Type', 'application/json']])

export async function* pieces(...all: string[]): AsyncGenerator<Uint8Array> {
  for (const piece of all) yield Buffer.from(piece)
}

/** Never ends, and tells how much of it was taken, and that nobody takes any more. */
export function endless(size = 64 * 1024): {
  source: AsyncIterable<Uint8Array>
  taken: () => number
  left: Promise<void>
} {
  let taken = 0
  const left = deferred()
  const iterator: AsyncIterator<Uint8Array> = {
    async next() {
      taken += size
      return { done: false, value: Buffer.alloc(size) }
    },
    async return() {
      left.resolve()
      return { done: true, value: undefined }
    },
  }
  return { source: { [Symbol.asyncIterator]: () => iterator }, taken: () => taken, left: left.promise }
}

/** Resolves when `read` gives the same for a while: whoever raises it has stopped. */
export async function settled(read: () => number): Promise<number> {
  for (let last = -1, same = 0; ; ) {
    const now = read()
    same = now === last ? same + 1 : 0
    if (same === 10) return now
    last = now
    await delay(10)
  }
}

import type { ServerResponse } from 'node:http'

const METHODS = ['writeHead', 'flushHeaders', 'write', 'end'] as const

/**
 * Calls `commit` once, before the head of a response is sent by any means. While its promise is pending, writes wait; if it
 * fails, what was written is dropped and `fail` may respond instead.
 */
export function beforeHead(
  response: ServerResponse,
  commit: () => Promise<void> | undefined,
  fail: (error: unknown) => void,
): void {
  let state: 'open' | 'committing' | 'done' = 'open'
  let waiting: (() => void)[] = []
  const methods: Record<string, (...args: unknown[]) => unknown> = response as never

  const release = () => {
    state = 'done'
    const calls = waiting
    waiting = []
    for (const call of calls) call()
    // Writers that were told to wait must be resumed.
    if (!response.writableNeedDrain && !response.writableEnded) response.emit('drain')
  }
  const drop = (error: unknown) => {
    state = 'done'
    waiting = []
    fail(error)
  }
  const begin = () => {
    state = 'committing'
    try {
      const committing = commit()
      if (committing === undefined) state = 'done'
      else committing.then(release, drop)
    } catch (error) {
      drop(error)
      return false
    }
    return true
  }

  for (const name of METHODS) {
    const original = methods[name]!
    methods[name] = function (this: unknown, ...args: unknown[]): unknown {
      if (state === 'open' && !begin()) return name === 'write' ? false : response
      if (state === 'done') return original.apply(response, args)
      waiting.push(() => original.apply(response, args))
      return name === 'write' ? false : response
    }
  }
}

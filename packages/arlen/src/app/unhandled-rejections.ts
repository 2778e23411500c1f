import { type Channel, channel } from 'node:diagnostics_channel'
import type { Logger, Resource } from '@arlen/core'

/** For whoever shows them, a development server for one. */
const rejected: Channel = channel('arlen:unhandled-rejection')
const ours = new WeakSet<object>()

/**
 * Logs promises that reject when nobody waits for them, such as what a handler began and did not await, as long as the
 * application runs. Node.js would end the process, and with it every other request. A program that listens for them itself
 * is left to it.
 */
export function unhandledRejections(log: Logger): Resource {
  const listener = (reason: unknown) => {
    log.error({ err: reason }, 'unhandled promise rejection')
    rejected.publish({ reason })
  }
  ours.add(listener)
  return {
    name: 'unhandled rejections',
    start: () => {
      const foreign = process.listeners('unhandledRejection').some(other => !ours.has(other))
      if (!foreign) process.on('unhandledRejection', listener)
    },
    stop: () => void process.off('unhandledRejection', listener),
  }
}

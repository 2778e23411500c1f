import { type Channel, channel } from 'node:diagnostics_channel'
import type { Logger, Resource } from '@arlen/core'

/** For tools that display them, such as a development server. */
const rejected: Channel = channel('arlen:unhandled-rejection')
const ours = new WeakSet<object>()

/**
 * Logs unhandled rejections, such as those of a promise that a handler started and did not await, while the application
 * runs. Node.js would end the process, and every other request with it. If the program has its own listener, this one does
 * nothing.
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

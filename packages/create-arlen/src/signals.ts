import { constants } from 'node:os'

/**
 * Aborts on the first signal that would end the process, so that what was written can be removed before it does, and when
 * nothing is left to wait for: a terminal that was closed, or Ctrl-D, answers no question.
 */
export function abortOnSignals(): { signal: AbortSignal; exitCode: () => number; release: () => void } {
  const controller = new AbortController()
  let code = 0
  const listeners = (['SIGINT', 'SIGTERM', 'SIGHUP'] as const).map(name => {
    const listener = () => {
      code ||= 128 + constants.signals[name]
      controller.abort()
    }
    process.on(name, listener)
    return () => void process.off(name, listener)
  })
  const nothingLeft = () => {
    code ||= 128 + constants.signals.SIGINT
    controller.abort()
  }
  process.once('beforeExit', nothingLeft)
  listeners.push(() => void process.off('beforeExit', nothingLeft))
  return { signal: controller.signal, exitCode: () => code, release: () => listeners.forEach(off => void off()) }
}

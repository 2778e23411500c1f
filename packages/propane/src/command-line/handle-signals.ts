import type { PropaneHandle } from '../propane-handle.ts'
import { takeSignals } from './early-signals.ts'
import { SIGNALS, type SignalAction } from './signals.ts'

/** Makes signals to this process control a running propane. Returns a function that undoes it. */
export function handleSignals(propane: PropaneHandle): () => void {
  let interrupted = false
  const listeners = Object.entries(SIGNALS).map(([name, { action }]) => {
    const listener = () => {
      const again = name === 'SIGINT' && interrupted
      interrupted ||= name === 'SIGINT'
      perform(propane, again ? 'quit' : action)
    }
    process.on(name, listener)
    return [name, listener] as const
  })
  for (const name of takeSignals()) process.emit(name, name)
  return () => {
    for (const [name, listener] of listeners) process.off(name, listener)
  }
}

function perform(propane: PropaneHandle, action: SignalAction): void {
  // The outcome is in the log; nothing waits for it.
  const ignore = () => undefined
  const { desired } = propane.status()
  if (action === 'stop') void propane.stop()
  else if (action === 'quit') void propane.quit()
  else if (action === 'reload') propane.reload().catch(ignore)
  else if (action === 'upgrade') propane.upgrade().catch(ignore)
  else if (action === 'reopen_logs') reopenLogs(propane)
  else if (action === 'scale_up') propane.scale(desired + 1).catch(ignore)
  else if (action === 'scale_down') propane.scale(Math.max(1, desired - 1)).catch(ignore)
}

function reopenLogs(propane: PropaneHandle): void {
  try {
    propane.reopenLogs()
  } catch {
    // The log, which is still open, has reported it.
  }
}

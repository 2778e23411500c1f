import { propaneError } from '../errors.ts'
import type { PropaneEnd, PropaneHandle } from '../propane-handle.ts'
import type { ControlRequest } from './control-server.ts'

/** Runs a command from the control socket and resolves with its outcome. `ended` resolves when all workers are gone. */
export async function runCommand(
  propane: PropaneHandle,
  { command, workers }: ControlRequest,
  ended: Promise<PropaneEnd>,
): Promise<unknown> {
  if (command === 'status') return propane.status()
  if (command === 'health') return health(propane)
  if (command === 'metrics') return propane.metrics()
  if (command === 'reload') return propane.reload()
  if (command === 'upgrade') return propane.upgrade()
  if (command === 'reopen-logs') return propane.reopenLogs()
  if (command === 'stop') {
    void propane.stop()
    return ended // not `done`, which waits for this answer
  }
  if (command === 'scale' && Number.isInteger(workers)) {
    await propane.scale(workers!)
    return { workers: propane.status().desired }
  }
  throw propaneError('command_failed', { reason: `there is no command ${JSON.stringify(command)}` })
}

function health(propane: PropaneHandle): { serving: number; desired: number } {
  const { phase, serving, desired } = propane.status()
  if (serving > 0 && (phase === 'running' || phase === 'upgrading')) return { serving, desired }
  throw propaneError('command_failed', { reason: `it is ${phase}, and ${serving} of ${desired} workers serve` })
}

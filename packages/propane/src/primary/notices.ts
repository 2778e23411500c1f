import type { Notice } from '../pool/apply.ts'
import type { Manager } from '../pool/manager.ts'
import type { Events } from '../propane-events.ts'

type Told = Exclude<Notice, { notice: 'reloaded' | 'gave_up' }>

/** Turns notices of the state machine into events for the log, the service manager and other listeners. */
export function tellNotice(notice: Told, manager: Pick<Manager, 'pool' | 'stackOf'>, events: Events): void {
  if (notice.notice === 'reload_started') events.emit('reload_started', { generation: notice.generation })
  else if (notice.notice === 'parked') events.emit('parked', { slot: notice.slot, reason: notice.reason })
  else if (notice.notice === 'reload_failed') {
    const { generation, reason } = notice
    const stack = manager.stackOf(generation)
    events.emit('reload_failed', { generation, reason, ...(stack !== undefined && { stack }) })
  } else {
    const { worker, respawnInMs } = notice
    const identity = { id: worker.id, slot: worker.slot, generation: worker.generation, pid: 0 }
    if (notice.notice === 'crashed') events.emit('crashed', { ...identity, how: notice.how, respawnInMs })
    else {
      const { served, bootDeaths } = manager.pool
      const first = served && bootDeaths.length === 1
      events.emit('boot_failed', { ...identity, reason: notice.reason, respawnInMs, first })
    }
  }
}

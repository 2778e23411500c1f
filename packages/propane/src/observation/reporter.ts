import { now } from '../clock.ts'
import type { Events } from '../propane-events.ts'
import { formatBytes, formatDuration } from '../units.ts'
import type { Log } from './log.ts'

/** The shortest interval between reports of a worker close to its limit of descriptors. */
const SCARCE_PAUSE_MS = 60_000

/** Writes the primary's log: one line for each event that matters to an operator. */
export function report(events: Events, log: Log): void {
  events.on('ready', ({ slot, id, generation, pid, bootMs, release }) => {
    const members = { worker: slot, id, generation, worker_pid: pid, bootMs, release }
    log.line('info', `worker ${slot} is ready after ${formatDuration(bootMs)}`, members)
  })
  events.on('drain', ({ slot, id, reason, stats }) => {
    if (reason === 'stop') return
    const memory = reason === 'max_memory' ? ` (${formatBytes(stats.memory)})` : ''
    log.line('info', `worker ${slot} drains: ${reason}${memory}`, { worker: slot, id, reason })
  })
  events.on('drained', ({ slot, id, cut, tookMs }) => {
    if (cut > 0) {
      log.line('warn', `worker ${slot} cut ${cut} connections after ${formatDuration(tookMs)}`, {
        worker: slot,
        id,
        cut,
      })
    }
  })
  events.on('signal', ({ slot, id, signal, reason, silentMs }) => {
    // A worker that is no longer needed while it boots, for example because of a stop, is no cause for concern.
    if (signal === 'SIGTERM' && reason !== 'hung') return
    const blocked =
      reason === 'hung' ? `: its event loop has been blocked for ${formatDuration(silentMs)}` : `: ${reason}`
    log.line('warn', `worker ${slot} was sent ${signal}${blocked}`, { worker: slot, id, reason, silentMs })
  })
  events.on('blocked', ({ slot, id, forMs }) => {
    log.line('warn', `worker ${slot} did not answer for ${formatDuration(forMs)}: its event loop was blocked`, {
      worker: slot,
      id,
      forMs,
    })
  })
  const toldAt = new Map<number, number>()
  events.on('exit', ({ id }) => toldAt.delete(id))
  events.on('descriptors_scarce', ({ slot, id, limit }) => {
    const time = now()
    if (time - (toldAt.get(id) ?? Number.NEGATIVE_INFINITY) < SCARCE_PAUSE_MS) return
    toldAt.set(id, time)
    const advice = 'raise the limit (ulimit -n, LimitNOFILE of systemd), or set maxConnections'
    log.line('warn', `worker ${slot} is close to its limit of ${limit} open files and pauses accepting; ${advice}`, {
      worker: slot,
      id,
      limit,
    })
  })
  events.on('crashed', ({ slot, id, how, respawnInMs }) => {
    const again = `the next one starts in ${formatDuration(respawnInMs)}`
    log.line('error', `worker ${slot} died (${how}); ${again}`, { worker: slot, id, how })
  })
  events.on('boot_failed', ({ slot, id, reason, respawnInMs, first }) => {
    // A repeated failure is reported once; its end has a line of its own.
    if (first) log.line('error', `worker ${slot} did not start: ${reason}`, { worker: slot, id, respawnInMs })
  })
  events.on('parked', ({ slot, reason }) => {
    log.line('error', `worker ${slot} is given up until the next reload: ${reason}`, { worker: slot })
  })
  events.on('reload_started', ({ generation }) =>
    log.line('info', `reloading: generation ${generation}`, { generation }),
  )
  events.on('reloaded', ({ generation, release, tookMs, changed, needRestart }) => {
    const names = changed.length === 0 ? '' : `; changed: ${changed.join(', ')}`
    const restart = needRestart.length === 0 ? '' : `; needs a restart to count: ${needRestart.join(', ')}`
    const members = { generation, release, tookMs: Math.round(tookMs), changed, needRestart }
    log.line('info', `reloaded in ${formatDuration(tookMs)}: generation ${generation}${names}${restart}`, members)
  })
  events.on('reload_failed', ({ generation, reason, stack }) => {
    const members = { generation, status: 'reload_failed', ...(stack && { stack }) }
    log.line('error', `reload failed, the old workers keep serving: ${reason}`, members)
  })
  events.on('scaled', ({ workers }) => log.line('info', `scaling to ${workers} workers`, { workers }))
  events.on('upgraded', ({ pid }) => log.line('info', `process ${pid} has taken over`, { successor: pid }))
  events.on('upgrade_failed', ({ reason }) => log.line('error', `the primary was not replaced: ${reason}`))
  events.on('stopped', ({ code, reason, stack }) => {
    if (reason === undefined) log.line('info', 'stopped', { code })
    else log.line('error', reason, { code, ...(stack && { stack }) })
  })
}

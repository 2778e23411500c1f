import type { PropaneStatus, WorkerReport } from '../observation/status.ts'
import { formatBytes, formatDuration } from '../units.ts'

/** Formats the status for a terminal. Pure. */
export function formatStatus(status: PropaneStatus): string {
  const rows = status.workers.map(worker => [
    ...identityCells(worker),
    formatDuration(worker.ageMs),
    String(worker.connections),
    String(worker.inFlight),
    String(worker.requests),
    formatBytes(worker.memory),
    formatDuration(worker.eventLoopDelayMs),
  ])
  return `${formatHead(status)}\n${table([HEADINGS, ...rows])}`
}

/** Which worker it is, and its state. */
export function identityCells({ slot, pid, generation, status, reason }: WorkerReport): string[] {
  return [String(slot), String(pid), String(generation), reason ? `${status} (${reason})` : status]
}

/** The lines about the whole. */
export function formatHead(status: PropaneStatus): string {
  const { pid, addresses, generation, release, desired, serving, phase, balance } = status
  const head = [
    `process ${pid} ${phase} on ${addresses.join(', ')}, up ${formatDuration(status.upMs)}`,
    `application ${status.app}, generation ${generation}${release && `, release ${release}`}`,
    `${serving} of ${desired} workers serve; connections of the busiest and the idlest: ${balance.most} and ${balance.fewest}`,
  ]
  const { state, reason } = status.reload
  if (state !== 'none') head.push(`latest reload: ${state}${reason === undefined ? '' : `: ${reason}`}`)
  if (status.parked.length > 0) head.push(`given up until the next reload: worker ${status.parked.join(', ')}`)
  if (status.droppedLogLines > 0) head.push(`lines of the log that were lost: ${status.droppedLogLines}`)
  return `${head.join('\n')}\n`
}

const HEADINGS = ['worker', 'pid', 'gen', 'state', 'age', 'conns', 'in flight', 'requests', 'memory', 'loop delay']

/** Columns of a table, as wide as their widest cell. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map(row => row[column]!.length)))
  return rows
    .map(
      row =>
        `${row
          .map((cell, column) => cell.padEnd(widths[column]!))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('')
}

/**
 * Milliseconds of the machine's monotonic clock. It is the same in every process, so that primary and workers can compare
 * timestamps, and it is never set back: with a wall clock, a correction would kill healthy workers.
 */
export function now(): number {
  return Number(process.hrtime.bigint() / 1000n) / 1000
}

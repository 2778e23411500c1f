/**
 * Milliseconds on the machine's monotonic clock: the same in every process, so that primary and workers can compare
 * each other's stamps, and never set back (a wall clock that is set kills healthy workers).
 */
export function now(): number {
  return Number(process.hrtime.bigint() / 1000n) / 1000
}
